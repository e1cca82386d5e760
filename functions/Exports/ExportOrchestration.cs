using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Exports;

/// <summary>Packs an export, section by section side by side, and deletes the package when its time is over.</summary>
public static class ExportOrchestration
{
    // A storage or database that fails over is back within minutes.
    private static readonly TaskOptions Retried = TaskOptions.FromRetryPolicy(new RetryPolicy(6, TimeSpan.FromSeconds(5), 2));

    // What must happen at last is tried for days; the sweep is behind it.
    private static readonly TaskOptions Insisted = TaskOptions.FromRetryPolicy(new RetryPolicy(60, TimeSpan.FromSeconds(5), 2, TimeSpan.FromHours(1)));

    [Function(nameof(PackExport))]
    public static async Task PackExport([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var run = context.GetInput<ExportRun>()!;
        DateTimeOffset? expires;
        try
        {
            var pieces = await context.CallActivityAsync<IReadOnlyList<ExportPiece>>(nameof(ExportActivities.BeginExport), run, Retried);
            await Task.WhenAll(pieces.Select(piece => context.CallActivityAsync<bool>(nameof(ExportActivities.WriteExportSection), piece, Retried)));
            expires = await context.CallActivityAsync<DateTimeOffset?>(nameof(ExportActivities.CompleteExport), run, Retried);
        }
        catch (TaskFailedException)
        {
            await context.CallActivityAsync(nameof(ExportActivities.FailExport), run, Insisted);
            return;
        }

        if (expires is { } end)
        {
            await context.CreateTimer(end.UtcDateTime, CancellationToken.None);
            await context.CallActivityAsync(nameof(ExportActivities.ExpireExport), run, Insisted);
        }
    }

    /// <summary>Starts a run unless it runs already, whoever else does so at the same moment.</summary>
    public static async Task StartAsync(DurableTaskClient client, ExportRun run, CancellationToken cancellation)
    {
        if (await IsUnderWayAsync(client, run, cancellation))
        {
            return;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(PackExport), run, new StartOrchestrationOptions(run.InstanceId), cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            if (!await IsUnderWayAsync(client, run, cancellation))
            {
                throw;
            }
        }
    }

    /// <summary>
    /// Takes the orchestration of a run that has ended away. One that waits for something all the same, as for a package's
    /// time when an erasure was sooner, is ended, and gone the next time.
    /// </summary>
    /// <returns>Whether there is none any more.</returns>
    public static async Task<bool> ForgetAsync(DurableTaskClient client, ExportRun run, CancellationToken cancellation)
    {
        var known = await client.GetInstanceAsync(run.InstanceId, getInputsAndOutputs: true, cancellation);
        if (known is null)
        {
            return true;
        }

        if (known.ReadInputAs<ExportRun>()!.Run > run.Run)
        {
            return false; // it has been tried again meanwhile
        }

        if (known.IsCompleted)
        {
            return (await client.PurgeInstanceAsync(run.InstanceId, cancellation)).PurgedInstanceCount > 0;
        }

        await client.TerminateInstanceAsync(run.InstanceId, "The export has ended.", cancellation);
        return false;
    }

    // A run before this one counts for nothing any more, whatever it still waits for.
    private static async Task<bool> IsUnderWayAsync(DurableTaskClient client, ExportRun run, CancellationToken cancellation)
    {
        var known = await client.GetInstanceAsync(run.InstanceId, getInputsAndOutputs: true, cancellation);
        if (known is not { IsCompleted: false })
        {
            return false;
        }

        if (known.ReadInputAs<ExportRun>()!.Run >= run.Run)
        {
            return true;
        }

        try
        {
            await client.TerminateInstanceAsync(run.InstanceId, "It is tried again.", cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // It has ended by itself at this moment.
        }

        await client.WaitForInstanceCompletionAsync(run.InstanceId, cancellation);
        return false;
    }
}
