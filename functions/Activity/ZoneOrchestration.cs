using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.Activity;

/// <summary>After a business has moved to another time zone: dates its transactions anew, some thousand customers at a time.</summary>
public static class ZoneOrchestration
{
    // A database that fails over is back within minutes; what is not done then, the timer starts again.
    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromSeconds(5), 2));

    [Function(nameof(MoveZone))]
    public static async Task MoveZone([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var zone = context.GetInput<ZoneChange>()!;
        var partitions = await context.CallActivityAsync<IReadOnlyList<ZonePartition>>(nameof(ZoneActivities.CutZone), zone, Retried);
        var done = 0;
        context.SetCustomStatus(new { done, of = partitions.Count });
        await Task.WhenAll(partitions.Select(async partition =>
        {
            await context.CallActivityAsync(nameof(ZoneActivities.MoveZonePartition), partition, Retried);
            context.SetCustomStatus(new { done = ++done, of = partitions.Count });
        }));
        await context.CallActivityAsync(nameof(ZoneActivities.FinishZone), zone, Retried);
    }
}
