using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Observability;

/// <summary>Signs the audit log's chains.</summary>
public sealed class AuditTriggers(AuditCheckpoints checkpoints)
{
    [Function("EveryMinuteSignAudit")]
    public Task EveryMinuteSignAudit([TimerTrigger("0 * * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        checkpoints.SignAsync(cancellation);
}
