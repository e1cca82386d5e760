using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// An erasure from its request to its certificate. The row in erasure_requests says where it stands; this waits, looks at
/// the row, and does what is due. Every step can be done again: a kill in the middle changes nothing.
/// </summary>
public static class ErasureOrchestration
{
    /// <summary>The event that says: look at the row again.</summary>
    public const string Changed = "Changed";

    // Outages of hours; what still fails then alerts, and the daily sweep begins again.
    private static readonly TaskOptions Retried =
        TaskOptions.FromRetryPolicy(new RetryPolicy(12, TimeSpan.FromSeconds(2), 2, maxRetryInterval: TimeSpan.FromMinutes(30)));

    private const int MostScans = 5;

    [Function(nameof(EraseCustomer))]
    public static async Task EraseCustomer([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var erasure = context.GetInput<ErasureKey>()!;
        try
        {
            var plan = await context.CallActivityAsync<ErasurePlan>(nameof(ErasureActivities.PlanErasure), erasure, Retried);
            if (plan.Act == ErasureAct.Wait)
            {
                await WaitAsync(context, plan.Until);
                context.ContinueAsNew(erasure);
            }
            else if (plan.Act == ErasureAct.Erase)
            {
                await EraseAsync(context, erasure);
            }
        }
        catch (TaskFailedException)
        {
            await context.CallActivityAsync(nameof(ErasureActivities.AlertErasureFailed), erasure, Retried);
            throw;
        }
    }

    private static async Task EraseAsync(TaskOrchestrationContext context, ErasureKey erasure)
    {
        // A hold, or whoever took it back, may have come a moment earlier.
        if (!await context.CallActivityAsync<bool>(nameof(ErasureActivities.EraseRows), erasure, Retried))
        {
            context.ContinueAsNew(erasure);
            return;
        }

        await context.CallActivityAsync(nameof(ErasureActivities.EraseFiles), erasure, Retried);
        await context.CallActivityAsync(nameof(ErasureActivities.CopyToLedger), erasure, Retried);

        // What a scan finds it repairs, and then looks again: somebody may have written it anew in between.
        for (var scans = 0; await ScanAsync(context, erasure) > 0;)
        {
            if (++scans == MostScans)
            {
                await context.CallActivityAsync(nameof(ErasureActivities.AlertErasureFailed), erasure, Retried);
                await WaitAsync(context, context.CurrentUtcDateTime.AddHours(1));
                context.ContinueAsNew(erasure);
                return;
            }
        }

        await context.CallActivityAsync(nameof(ErasureActivities.CompleteErasure), erasure, Retried);
    }

    // A large table has the whole time that an activity may take.
    private static async Task<int> ScanAsync(TaskOrchestrationContext context, ErasureKey erasure)
    {
        var repaired = 0;
        foreach (var part in await context.CallActivityAsync<IReadOnlyList<ScannedPart>>(nameof(ErasureActivities.BeginErasureScan), erasure, Retried))
        {
            repaired += await context.CallActivityAsync<int>(nameof(ErasureActivities.ScanForErased), part, Retried);
        }

        return repaired;
    }

    private static async Task WaitAsync(TaskOrchestrationContext context, DateTimeOffset? until)
    {
        if (until is not { } instant)
        {
            await context.WaitForExternalEvent<object?>(Changed);
            return;
        }

        using var enough = new CancellationTokenSource();
        var changed = context.WaitForExternalEvent<object?>(Changed, enough.Token);
        var time = context.CreateTimer(instant.UtcDateTime, enough.Token);
        await Task.WhenAny(changed, time);
        enough.Cancel();
    }
}
