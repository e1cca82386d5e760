using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.Customers;

/// <summary>Looks over every customer's figures: cuts a business's customers into partitions and mends those side by side.</summary>
public static class MetricsOrchestration
{
    // A database that fails over is back within minutes; what is still wrong then, the next quarter of an hour tries again.
    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromSeconds(5), 2));

    [Function(nameof(RebuildMetrics))]
    public static async Task RebuildMetrics([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var rebuild = context.GetInput<MetricsRebuild>()!;
        try
        {
            var partitions = await context.CallActivityAsync<IReadOnlyList<MetricsPartition>>(nameof(MetricsActivities.CutMetrics), rebuild, Retried);
            var done = 0;
            context.SetCustomStatus(new { done, of = partitions.Count });
            await Task.WhenAll(partitions.Select(async partition =>
            {
                await context.CallActivityAsync(nameof(MetricsActivities.RebuildMetricsPartition), partition, Retried);
                context.SetCustomStatus(new { done = ++done, of = partitions.Count });
            }));
            await context.CallActivityAsync(nameof(MetricsActivities.FinishMetrics), rebuild, Retried);
        }
        catch (TaskFailedException)
        {
            await context.CallActivityAsync(nameof(MetricsActivities.FailMetrics), rebuild, Retried);
            throw;
        }
    }
}
