using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>An activity that ends when a test lets it.</summary>
public sealed partial class SampleOrchestrations
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> Gates = new();

    public static void Release(string instance) => Gate(instance).TrySetResult();

    [Function(nameof(HoldsOn))]
    public static Task<int> HoldsOn([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<int>(nameof(Held), context.InstanceId);

    /// <summary>Knows nothing of cancellation, and says which of its runs it was that counted.</summary>
    [Function(nameof(Held))]
    public static async Task<int> Held([ActivityTrigger] string instance)
    {
        var run = Count(instance);
        await Gate(instance).Task;
        return run;
    }

    private static TaskCompletionSource Gate(string instance) => Gates.GetOrAdd(instance, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
