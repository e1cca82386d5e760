using NxLoy.Functions.Database;

namespace NxLoy.Functions.Observability;

/// <summary>What a look at the whole audit log found.</summary>
/// <param name="Valid">Every chain is whole from where the last cut left it up to its last checkpoint, and so are the chains of cuts and checkpoints.</param>
/// <param name="Rows">Audit rows read.</param>
/// <param name="Checkpoints">Checkpoints read.</param>
/// <param name="SignedUntil">When the last checkpoint was signed; null when there is none yet.</param>
/// <param name="RemovedUntil">Rows signed by then have been removed because they were too old; null when none were.</param>
/// <param name="Copies">Copies of checkpoints in blob storage that were compared; null where none are kept.</param>
/// <param name="FirstBroken">The first broken link, in the order of cuts, checkpoints, and chains with their sequence numbers.</param>
public sealed record AuditVerification(
    bool Valid, long Rows, long Checkpoints, DateTimeOffset? SignedUntil, DateTimeOffset? RemovedUntil, long? Copies, BrokenLink? FirstBroken);

/// <summary>Where a chain does not hold.</summary>
/// <param name="Chain">The writer's id, or <c>checkpoints</c> or <c>cuts</c>.</param>
/// <param name="Sequence">The number of the row that is changed, moved or missing.</param>
/// <param name="Reason">
/// <c>changed</c> (its contents or its place), <c>missing</c>, <c>unlike_copy</c> (in order by itself, but not what its
/// copy says) or <c>too_early</c> (a cut of what was not old enough).
/// </param>
public sealed record BrokenLink(string Chain, long Sequence, string Reason);

/// <summary>Reads the audit log in order, follows every chain, and compares with the copies in blob storage.</summary>
public sealed class VerifyAudit(WorkerDatabase database, AuditChain chain, CheckpointCopies copies, TimeProvider time)
{
    public async Task<AuditVerification> ExecuteAsync(CancellationToken cancellation)
    {
        // The copies first: whatever is copied was signed before.
        var kept = copies.AreKept ? await copies.ListAsync(cancellation) : null;
        var follow = new FollowAudit(new StoredAudit(database), chain);
        var start = await follow.FromCutsAsync(cancellation);
        var found = new AuditVerification(false, 0, 0, null, start.Cut?.OlderThan, kept?.Count, start.Broken ?? Forged(start.Cut, kept ?? []));
        if (found.FirstBroken is not null)
        {
            return found;
        }

        var signed = await follow.CheckpointsAsync(start, until: null, kept ?? [], cancellation);
        found = found with { Checkpoints = signed.Count, SignedUntil = signed.SignedAt, FirstBroken = signed.Broken };
        if (found.FirstBroken is not null)
        {
            return found;
        }

        var (rows, broken) = await follow.RowsAsync(start, signed, signedOnly: false, cancellation);
        return found with { Valid = broken is null, Rows = rows, FirstBroken = broken };
    }

    // Whoever has the key can make a record of a cut. What it says went must have been old, by the copies too.
    private BrokenLink? Forged(AuditCut? cut, IReadOnlyList<CheckpointCopy> kept) =>
        cut is null ? null
        : cut.OlderThan > time.Now().AddMonths(-AuditOptions.Least) ? new BrokenLink("cuts", cut.Sequence, "too_early")
        : kept.Any(copy => copy.Sequence <= cut.Checkpoint && copy.SignedAt > cut.OlderThan)
            || kept.Any(copy => copy.Sequence == cut.Checkpoint && copy.Mac != Convert.ToHexStringLower(cut.CheckpointMac))
            ? new BrokenLink("cuts", cut.Sequence, "unlike_copy")
        : null;
}
