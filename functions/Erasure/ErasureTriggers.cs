using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Erasure;

/// <summary>What erasures need regularly.</summary>
public sealed class ErasureTriggers(SweepErasures sweep, ApplyLedger ledger)
{
    [Function("EveryDaySweepErasures")]
    public Task EveryDaySweepErasures(
        [TimerTrigger("0 30 4 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        sweep.ExecuteAsync(
            erasure => ErasureInstances.EnsureAsync(client, erasure, cancellation),
            erasure => ErasureInstances.ForgetAsync(client, erasure, cancellation),
            cancellation);

    [Function("EveryNightApplyErasureLedger")]
    public Task EveryNightApplyErasureLedger(
        [TimerTrigger("0 10 4 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        ledger.ExecuteAsync(erasure => ErasureInstances.EnsureAsync(client, erasure, cancellation), cancellation);
}
