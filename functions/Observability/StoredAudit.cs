using System.Runtime.CompilerServices;
using System.Text.Json;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>Reads what the audit log's tables hold, in order, a page at a time; proves nothing.</summary>
internal sealed class StoredAudit(WorkerDatabase database)
{
    private const int PageSize = 5000;

    public Task<IReadOnlyList<CutRow>> CutsAsync(CancellationToken cancellation) => database.QueryAsync<CutRow>(
        """
        select sequence, cut_at as cutat, older_than as olderthan, checkpoint, checkpoint_mac as checkpointmac, heads::text as heads, mac
        from audit_cuts
        order by sequence
        """,
        null,
        cancellation);

    public async IAsyncEnumerable<CheckpointRow> CheckpointsAsync(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (IReadOnlyList<CheckpointRow> page; (page = await CheckpointPageAsync(after, cancellation)).Count > 0; after = page[^1].Sequence)
        {
            foreach (var row in page)
            {
                yield return row;
            }
        }
    }

    /// <param name="until">Only the rows of these chains, up to these; null reads all.</param>
    public async IAsyncEnumerable<AuditRow> RowsAsync(IReadOnlyCollection<AuditHead>? until, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (writer, sequence) = (Guid.Empty, 0L);
        for (IReadOnlyList<AuditRow> page; (page = await RowPageAsync(writer, sequence, until, cancellation)).Count > 0; (writer, sequence) = (page[^1].Writer, page[^1].Sequence))
        {
            foreach (var row in page)
            {
                yield return row;
            }
        }
    }

    /// <summary>Those of the chains that have rows after these.</summary>
    public async Task<IReadOnlySet<Guid>> GoneOnAsync(IReadOnlyCollection<AuditHead> heads, CancellationToken cancellation) =>
        (await database.QueryAsync<Guid>(
            """
            select h.writer
            from unnest(@writers, @sequences) as h (writer, sequence)
            where exists (select from audit_log l where l.writer = h.writer and l.sequence > h.sequence)
            """,
            new { writers = heads.Select(head => head.Writer).ToArray(), sequences = heads.Select(head => head.Sequence).ToArray() },
            cancellation)).ToHashSet();

    private Task<IReadOnlyList<CheckpointRow>> CheckpointPageAsync(long after, CancellationToken cancellation) => database.QueryAsync<CheckpointRow>(
        """
        select sequence, signed_at as signedat, heads::text as heads, mac
        from audit_checkpoints
        where sequence > @after
        order by sequence
        limit @PageSize
        """,
        new { after, PageSize },
        cancellation);

    private Task<IReadOnlyList<AuditRow>> RowPageAsync(
        Guid writer, long sequence, IReadOnlyCollection<AuditHead>? until, CancellationToken cancellation) => database.QueryAsync<AuditRow>(
        """
        select writer, sequence, occurred_at as occurredat, business_id as businessid, caller, roles, action, route, customers,
            correlation_id as correlationid, mac
        from audit_log l
        where (writer, sequence) > (@writer, @sequence)
            and (@all or exists (
                select from unnest(@writers, @sequences) as h (writer, sequence) where h.writer = l.writer and l.sequence <= h.sequence))
        order by writer, sequence
        limit @PageSize
        """,
        new
        {
            writer,
            sequence,
            all = until is null,
            writers = until?.Select(head => head.Writer).ToArray() ?? [],
            sequences = until?.Select(head => head.Sequence).ToArray() ?? [],
            PageSize,
        },
        cancellation);

    internal sealed record CutRow
    {
        public required long Sequence { get; init; }
        public required DateTimeOffset CutAt { get; init; }
        public required DateTimeOffset OlderThan { get; init; }
        public required long Checkpoint { get; init; }
        public required byte[] CheckpointMac { get; init; }
        public required string Heads { get; init; }
        public required byte[] Mac { get; init; }

        public AuditCut ToCut() => new(Sequence, CutAt, OlderThan, Checkpoint, CheckpointMac, Read(Heads));
    }

    internal sealed record CheckpointRow
    {
        public required long Sequence { get; init; }
        public required DateTimeOffset SignedAt { get; init; }
        public required string Heads { get; init; }
        public required byte[] Mac { get; init; }

        public List<AuditHead> ToHeads() => Read(Heads);
    }

    internal sealed record AuditRow
    {
        public required Guid Writer { get; init; }
        public required long Sequence { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
        public required Guid BusinessId { get; init; }
        public required string Caller { get; init; }
        public required string Roles { get; init; }
        public required string Action { get; init; }
        public required string Route { get; init; }
        public required Guid[] Customers { get; init; }
        public required string CorrelationId { get; init; }
        public required byte[] Mac { get; init; }

        public AuditEntry ToEntry() => new(OccurredAt, BusinessId, Caller, Roles, Action, Route, Customers, CorrelationId);
    }

    private static List<AuditHead> Read(string heads) => JsonSerializer.Deserialize<List<AuditHead>>(heads, JsonSerializerOptions.Web)!;
}
