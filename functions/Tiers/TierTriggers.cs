using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
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
    public static async Task StartAsync(this DurableTaskClient client, TierRun run, CancellationToken cancellation)
    {
        if (await IsUnderWayAsync(client, run, cancellation))
        {
            return;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                nameof(TierOrchestration.RunTiers), run, new StartOrchestrationOptions(run.InstanceId), cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // Somebody else was quicker.
            if (!await IsUnderWayAsync(client, run, cancellation))
            {
                throw;
            }
        }
    }

    private static async Task<bool> IsUnderWayAsync(DurableTaskClient client, TierRun run, CancellationToken cancellation) =>
        await client.GetInstanceAsync(run.InstanceId, cancellation) is { IsCompleted: false };
}
