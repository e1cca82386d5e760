using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Customers;

/// <summary>Starts the nightly rebuild of figures, business by business, when its local date has changed.</summary>
public sealed class MetricsTriggers(StartMetricsRebuilds start)
{
    // Long enough to look into a night that went wrong.
    private const int DaysKept = 7;

    [Function("EveryQuarterHour")]
    public Task EveryQuarterHour(
        [TimerTrigger("0 */15 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        start.ExecuteAsync(rebuild => StartAsync(client, rebuild, cancellation), cancellation);

    private static async Task StartAsync(DurableTaskClient client, MetricsRebuild rebuild, CancellationToken cancellation)
    {
        if (await client.EnsureAsync(nameof(MetricsOrchestration.RebuildMetrics), rebuild, rebuild.InstanceId, cancellation))
        {
            await client.PurgeInstanceAsync((rebuild with { LocalDay = rebuild.LocalDay.AddDays(-DaysKept) }).InstanceId, cancellation);
        }
    }
}
