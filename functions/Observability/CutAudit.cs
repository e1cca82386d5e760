using System.Text.Json;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>
/// Removes audit rows that have been kept long enough: whole checkpoints' worth, in one transaction with the signed
/// record of it. What does not verify is never removed, since with it would go the proof that somebody changed it.
/// </summary>
public sealed partial class CutAudit(WorkerDatabase database, AuditChain chain, AuditOptions options, TimeProvider time, ILogger<CutAudit> logger)
{
    /// <returns>How many rows were removed.</returns>
    public async Task<long> ExecuteAsync(CancellationToken cancellation)
    {
        var now = time.Now();
        var olderThan = now.AddMonths(-options.RetentionMonths);
        var stored = new StoredAudit(database);
        var follow = new FollowAudit(stored, chain);

        var start = await follow.FromCutsAsync(cancellation);
        var signed = await follow.CheckpointsAsync(start, olderThan, [], cancellation);
        if (signed is { Count: 0, Broken: null } && start.Broken is null)
        {
            return 0;
        }

        var (_, broken) = await follow.RowsAsync(start, signed, signedOnly: true, cancellation);
        if ((start.Broken ?? signed.Broken ?? broken) is { } link)
        {
            Log.Refused(logger, link.Chain, link.Sequence, link.Reason);
            return 0;
        }

        var cut = new AuditCut((start.Cut?.Sequence ?? 0) + 1, now, olderThan, signed.Sequence, signed.Mac, await HeadsAsync(stored, start, signed, cancellation));
        var removed = await RemoveAsync(cut, start.Mac, cancellation);
        Log.Removed(logger, removed, cut.Checkpoint);
        return removed;
    }

    // Chains that ended before the cut before this one are over, and are forgotten.
    private static async Task<IReadOnlyList<AuditHead>> HeadsAsync(StoredAudit stored, AuditStart start, SignedAudit signed, CancellationToken cancellation)
    {
        var goneOn = await stored.GoneOnAsync([.. start.Heads.Values], cancellation);
        return
        [
            .. start.Heads.Values.Where(head => goneOn.Contains(head.Writer) && !signed.Heads.ContainsKey(head.Writer))
                .Concat(signed.Heads.Values)
                .OrderBy(head => head.Writer),
        ];
    }

    private async Task<long> RemoveAsync(AuditCut cut, byte[] previous, CancellationToken cancellation) =>
        (await database.QueryAsync<long>(
            "select cut_audit(@Sequence, @CutAt, @OlderThan, @Checkpoint, @CheckpointMac, @heads::jsonb, @previous, @mac)",
            new
            {
                cut.Sequence,
                cut.CutAt,
                cut.OlderThan,
                cut.Checkpoint,
                cut.CheckpointMac,
                heads = JsonSerializer.Serialize(cut.Heads, JsonSerializerOptions.Web),
                previous,
                mac = chain.Link(previous, cut.Canonical()),
            },
            cancellation))[0];

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} audit rows, up to checkpoint {Checkpoint}")]
        public static partial void Removed(ILogger logger, long count, long checkpoint);

        [LoggerMessage(Level = LogLevel.Error, Message = "No old audit rows were removed: in the chain {Chain} row {Sequence} is {Reason}")]
        public static partial void Refused(ILogger logger, string chain, long sequence, string reason);
    }
}
