using System.Text.Json;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>What a look at the whole audit log found.</summary>
/// <param name="Valid">Every chain is whole up to its last checkpoint, and so is the chain of checkpoints.</param>
/// <param name="Rows">Audit rows read.</param>
/// <param name="Checkpoints">Checkpoints read.</param>
/// <param name="SignedUntil">When the last checkpoint was signed; null when there is none yet.</param>
/// <param name="FirstBroken">The first broken link, in the order of chains and sequence numbers.</param>
public sealed record AuditVerification(bool Valid, long Rows, long Checkpoints, DateTimeOffset? SignedUntil, BrokenLink? FirstBroken);

/// <summary>Where a chain does not hold.</summary>
/// <param name="Chain">The writer's id, or <c>checkpoints</c>.</param>
/// <param name="Sequence">The number of the row that is changed, moved or missing.</param>
/// <param name="Reason"><c>changed</c> (its contents or its place) or <c>missing</c>.</param>
public sealed record BrokenLink(string Chain, long Sequence, string Reason);

/// <summary>Reads the audit log in order and follows every chain, a page at a time.</summary>
public sealed class VerifyAudit(WorkerDatabase database, AuditChain chain)
{
    private const int PageSize = 5000;

    public async Task<AuditVerification> ExecuteAsync(CancellationToken cancellation)
    {
        var signed = new Dictionary<Guid, AuditHead>();
        var (checkpoints, until, brokenCheckpoint) = await ReadCheckpointsAsync(signed, cancellation);
        if (brokenCheckpoint is not null)
        {
            return new AuditVerification(false, 0, checkpoints, until, brokenCheckpoint);
        }

        var (rows, broken) = await FollowChainsAsync(signed, cancellation);
        return new AuditVerification(broken is null, rows, checkpoints, until, broken);
    }

    private async Task<(long Count, DateTimeOffset? Until, BrokenLink? Broken)> ReadCheckpointsAsync(
        Dictionary<Guid, AuditHead> signed, CancellationToken cancellation)
    {
        var (number, previous, until) = (0L, AuditChain.Start, (DateTimeOffset?)null);
        for (IReadOnlyList<CheckpointRow> page; (page = await CheckpointsAsync(number, cancellation)).Count > 0;)
        {
            foreach (var checkpoint in page)
            {
                if (checkpoint.Sequence != number + 1)
                {
                    return (number, until, new BrokenLink("checkpoints", number + 1, "missing"));
                }

                var heads = JsonSerializer.Deserialize<List<AuditHead>>(checkpoint.Heads, JsonSerializerOptions.Web)!;
                var mac = chain.Link(previous, AuditCheckpoints.Canonical(checkpoint.Sequence, checkpoint.SignedAt, heads));
                if (!mac.AsSpan().SequenceEqual(checkpoint.Mac))
                {
                    return (number, until, new BrokenLink("checkpoints", checkpoint.Sequence, "changed"));
                }

                heads.ForEach(head => signed[head.Writer] = head);
                (number, previous, until) = (checkpoint.Sequence, mac, checkpoint.SignedAt);
            }
        }

        return (number, until, null);
    }

    private async Task<(long Rows, BrokenLink? Broken)> FollowChainsAsync(Dictionary<Guid, AuditHead> signed, CancellationToken cancellation)
    {
        var (rows, at) = (0L, new Position(Guid.Empty, 0, AuditChain.Start));
        for (IReadOnlyList<AuditRow> page; (page = await RowsAsync(at, cancellation)).Count > 0;)
        {
            foreach (var row in page)
            {
                rows++;
                if (row.Writer != at.Writer)
                {
                    if (EndsTooEarly(signed, at) is { } cutOff)
                    {
                        return (rows, cutOff);
                    }

                    at = new Position(row.Writer, 0, AuditChain.Start);
                }

                if (Check(signed, at, row) is { } broken)
                {
                    return (rows, broken);
                }

                at = new Position(row.Writer, row.Sequence, row.Mac);
                if (signed.TryGetValue(row.Writer, out var head) && head.Sequence == row.Sequence)
                {
                    signed.Remove(row.Writer);
                }
            }
        }

        return (rows, EndsTooEarly(signed, at)
            ?? (signed.Values.MinBy(head => head.Writer) is { } vanished ? new BrokenLink(vanished.Writer.ToString(), 1, "missing") : null));
    }

    private BrokenLink? Check(Dictionary<Guid, AuditHead> signed, Position at, AuditRow row) =>
        row.Sequence != at.Sequence + 1 ? new BrokenLink(row.Writer.ToString(), at.Sequence + 1, "missing")
        : !chain.Link(at.Mac, row.ToEntry().Canonical(row.Writer, row.Sequence)).AsSpan().SequenceEqual(row.Mac)
            || (signed.TryGetValue(row.Writer, out var head) && head.Sequence == row.Sequence && head.Mac != Convert.ToHexStringLower(row.Mac))
            ? new BrokenLink(row.Writer.ToString(), row.Sequence, "changed")
        : null;

    // A signed head that was not passed on the way is one that was cut off.
    private static BrokenLink? EndsTooEarly(Dictionary<Guid, AuditHead> signed, Position at) =>
        signed.ContainsKey(at.Writer) ? new BrokenLink(at.Writer.ToString(), at.Sequence + 1, "missing") : null;

    private Task<IReadOnlyList<CheckpointRow>> CheckpointsAsync(long after, CancellationToken cancellation) => database.QueryAsync<CheckpointRow>(
        """
        select sequence, signed_at as signedat, heads::text as heads, mac
        from audit_checkpoints
        where sequence > @after
        order by sequence
        limit @PageSize
        """,
        new { after, PageSize },
        cancellation);

    private Task<IReadOnlyList<AuditRow>> RowsAsync(Position after, CancellationToken cancellation) => database.QueryAsync<AuditRow>(
        """
        select writer, sequence, occurred_at as occurredat, business_id as businessid, caller, roles, action, route, customers,
            correlation_id as correlationid, mac
        from audit_log
        where (writer, sequence) > (@Writer, @Sequence)
        order by writer, sequence
        limit @PageSize
        """,
        new { after.Writer, after.Sequence, PageSize },
        cancellation);

    private sealed record Position(Guid Writer, long Sequence, byte[] Mac);

    private sealed record CheckpointRow
    {
        public required long Sequence { get; init; }
        public required DateTimeOffset SignedAt { get; init; }
        public required string Heads { get; init; }
        public required byte[] Mac { get; init; }
    }

    private sealed record AuditRow
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
}
