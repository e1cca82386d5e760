using System.Globalization;
using System.Text;
using System.Text.Json;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>
/// Signs the heads of all chains: every minute and at shutdown. What was written before a checkpoint cannot be changed,
/// reordered or removed unseen; what came after the last one is the limit that SECURITY.md states.
/// </summary>
public sealed class AuditCheckpoints(WorkerDatabase database, AuditChain chain, TimeProvider time)
{
    /// <summary>Signs what grew since the checkpoint before; nothing grew, nothing is signed. Safe from several processes.</summary>
    public async Task SignAsync(CancellationToken cancellation)
    {
        var grown = await database.QueryAsync<HeadRow>(
            "select writer, sequence, mac from audit_heads where sequence > signed_sequence order by writer", null, cancellation);
        if (grown.Count == 0)
        {
            return;
        }

        var last = await database.QueryAsync<LastRow>(
            """
            select sequence, mac from audit_checkpoints
            union all
            select checkpoint, checkpoint_mac from audit_cuts
            order by sequence desc
            limit 1
            """,
            null,
            cancellation);
        var (sequence, previous) = last is [var row] ? (row.Sequence + 1, row.Mac) : (1, AuditChain.Start);
        var (now, heads) = (time.Now(), grown.Select(head => new AuditHead(head.Writer, head.Sequence, Convert.ToHexStringLower(head.Mac))).ToList());

        // Of two processes that sign at once one gets the number, and the other's heads wait for the next minute.
        await database.QueryAsync<int>(
            """
            with signed as (
                insert into audit_checkpoints (sequence, signed_at, heads, previous_mac, mac)
                values (@sequence, @now, @heads::jsonb, @previous, @mac)
                on conflict (sequence) do nothing
                returning sequence
            )
            update audit_heads h set signed_sequence = g.sequence
            from unnest(@writers, @sequences) as g (writer, sequence)
            where h.writer = g.writer and exists (select from signed)
            """,
            new
            {
                sequence,
                now,
                heads = JsonSerializer.Serialize(heads, JsonSerializerOptions.Web),
                previous,
                mac = chain.Link(previous, Canonical(sequence, now, heads)),
                writers = grown.Select(head => head.Writer).ToArray(),
                sequences = grown.Select(head => head.Sequence).ToArray(),
            },
            cancellation);
    }

    internal static byte[] Canonical(long sequence, DateTimeOffset signedAt, IEnumerable<AuditHead> heads) => Encoding.UTF8.GetBytes(string.Join(
        '\n',
        [
            sequence.ToString(CultureInfo.InvariantCulture),
            signedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            .. heads.Select(head => head.Canonical()),
        ]));

    private sealed record HeadRow
    {
        public required Guid Writer { get; init; }
        public required long Sequence { get; init; }
        public required byte[] Mac { get; init; }
    }

    private sealed record LastRow
    {
        public required long Sequence { get; init; }
        public required byte[] Mac { get; init; }
    }
}
