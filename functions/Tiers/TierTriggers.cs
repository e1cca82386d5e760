using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Tiers;

/// <summary>Starts evaluations of everybody: where a local date has changed, and where one is wanted and does not run.</summary>
public sealed class TierTriggers(StartTierRuns start)
{
    [Function("EveryQuarterHourTiers")]
    public Task EveryQuarterHourTiers(
        [TimerTrigger("0 */15 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        start.ExecuteAsync(run => client.StartAsync(run, cancellation), cancellation);
}

internal static class TierRunStart
{
    /// <summary>Unless it runs already.</summary>
    public static Task StartAsync(this DurableTaskClient client, TierRun run, CancellationToken cancellation) =>
        client.EnsureAsync(nameof(TierOrchestration.RunTiers), run, run.InstanceId, cancellation);
}
