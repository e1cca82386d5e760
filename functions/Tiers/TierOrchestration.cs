using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.Tiers;

/// <summary>Evaluates all of a business's customers: cuts them into partitions and takes those side by side.</summary>
public static class TierOrchestration
{
    // A database that fails over is back within minutes; what is still wrong then, the next quarter of an hour tries again.
    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromSeconds(5), 2));

    [Function(nameof(RunTiers))]
    public static async Task RunTiers([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var run = context.GetInput<TierRun>()!;
        try
        {
            if (await context.CallActivityAsync<IReadOnlyList<TierPartition>?>(nameof(TierActivities.BeginTierRun), run, Retried) is not { } partitions)
            {
                return;
            }

            var done = 0;
            await Task.WhenAll(partitions.Select(async partition =>
            {
                await context.CallActivityAsync(nameof(TierActivities.EvaluateTierPartition), partition, Retried);
                context.SetCustomStatus(new { done = ++done, of = partitions.Count });
            }));
            await context.CallActivityAsync(nameof(TierActivities.CompleteTierRun), run, Retried);
        }
        catch (TaskFailedException)
        {
            await context.CallActivityAsync(nameof(TierActivities.FailTierRun), run, Retried);
            throw;
        }
    }
}
