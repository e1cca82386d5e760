using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>What a look at the whole audit log found.</summary>
/// <param name="Valid">Every chain is whole from where the last cut left it up to its last checkpoint, and so are the chains of cuts and checkpoints.</param>
/// <param name="Rows">Audit rows read.</param>
/// <param name="Checkpoints">Checkpoints read.</param>
/// <param name="SignedUntil">When the last checkpoint was signed; null when there is none yet.</param>
/// <param name="RemovedUntil">Rows signed by then have been removed because they were too old; null when none were.</param>
/// <param name="FirstBroken">The first broken link, in the order of cuts, checkpoints, and chains with their sequence numbers.</param>
public sealed record AuditVerification(
    bool Valid, long Rows, long Checkpoints, DateTimeOffset? SignedUntil, DateTimeOffset? RemovedUntil, BrokenLink? FirstBroken);

/// <summary>Where a chain does not hold.</summary>
/// <param name="Chain">The writer's id, or <c>checkpoints</c> or <c>cuts</c>.</param>
/// <param name="Sequence">The number of the row that is changed, moved or missing.</param>
/// <param name="Reason"><c>changed</c> (its contents or its place) or <c>missing</c>.</param>
public sealed record BrokenLink(string Chain, long Sequence, string Reason);

/// <summary>Reads the audit log in order and follows every chain.</summary>
public sealed class VerifyAudit(WorkerDatabase database, AuditChain chain)
{
    public async Task<AuditVerification> ExecuteAsync(CancellationToken cancellation)
    {
        var follow = new FollowAudit(new StoredAudit(database), chain);
        var start = await follow.FromCutsAsync(cancellation);
        var removed = start.Cut?.OlderThan;
        if (start.Broken is not null)
        {
            return new AuditVerification(false, 0, 0, null, removed, start.Broken);
        }

        var signed = await follow.CheckpointsAsync(start, until: null, cancellation);
        if (signed.Broken is not null)
        {
            return new AuditVerification(false, 0, signed.Count, signed.SignedAt, removed, signed.Broken);
        }

        var (rows, broken) = await follow.RowsAsync(start, signed, signedOnly: false, cancellation);
        return new AuditVerification(broken is null, rows, signed.Count, signed.SignedAt, removed, broken);
    }
}
