using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Tiers;

/// <summary>The steps of <see cref="TierOrchestration"/>.</summary>
public sealed class TierActivities(RunTiers run)
{
    [Function(nameof(BeginTierRun))]
    public Task<IReadOnlyList<TierPartition>?> BeginTierRun([ActivityTrigger] TierRun input, CancellationToken cancellation) =>
        run.BeginAsync(input, cancellation);

    [Function(nameof(EvaluateTierPartition))]
    public Task EvaluateTierPartition([ActivityTrigger] TierPartition input, CancellationToken cancellation) =>
        run.EvaluateAsync(input, cancellation);

    // What was wanted meanwhile need not wait for the timer.
    [Function(nameof(CompleteTierRun))]
    public async Task CompleteTierRun([ActivityTrigger] TierRun input, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        var (next, forgotten) = await run.CompleteAsync(input, cancellation);
        if (next is not null)
        {
            await client.StartAsync(next, cancellation);
        }

        foreach (var old in forgotten)
        {
            await client.PurgeInstanceAsync(old.InstanceId, cancellation);
        }
    }

    [Function(nameof(FailTierRun))]
    public Task FailTierRun([ActivityTrigger] TierRun input, CancellationToken cancellation) => run.FailAsync(input, cancellation);
}
