using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Observability;

/// <summary>What the audit log needs regularly: signing, copies, and the end of what is too old.</summary>
public sealed class AuditTriggers(AuditCheckpoints checkpoints, CheckpointCopies copies, CutAudit cut)
{
    [Function("EveryMinuteSignAudit")]
    public Task EveryMinuteSignAudit([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        checkpoints.SignAsync(cancellation);

    [Function("EveryHourCopyCheckpoint")]
    public Task EveryHourCopyCheckpoint([TimerTrigger("0 5 * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        copies.CopyLastAsync(cancellation);

    [Function("EveryNightCutAudit")]
    public Task EveryNightCutAudit([TimerTrigger("0 40 3 * * *")] TimerInfo timer, CancellationToken cancellation) =>
        cut.ExecuteAsync(cancellation);
}
