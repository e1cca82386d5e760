using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions;

/// <summary>Starts orchestrations whose ids tell what they are for: there is one of an id at most, whoever asks for it.</summary>
internal static class Orchestrations
{
    /// <summary>Starts an instance unless one of its id is under way, also where somebody else does so in the same moment.</summary>
    /// <returns>Whether it was started here.</returns>
    public static async Task<bool> EnsureAsync(
        this DurableTaskClient client, string orchestrator, object input, string instanceId, CancellationToken cancellation)
    {
        if (await client.IsUnderWayAsync(instanceId, cancellation))
        {
            return false;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId), cancellation);
            return true;
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // What is thrown where the id is taken differs between runtimes, so look instead.
            if (await client.IsUnderWayAsync(instanceId, cancellation))
            {
                return false;
            }

            throw;
        }
    }

    private static async Task<bool> IsUnderWayAsync(this DurableTaskClient client, string instanceId, CancellationToken cancellation) =>
        await client.GetInstanceAsync(instanceId, cancellation) is { IsCompleted: false };
}
