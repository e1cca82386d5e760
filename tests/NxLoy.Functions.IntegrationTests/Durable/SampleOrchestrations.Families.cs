using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Orchestrators that start others.</summary>
public sealed partial class SampleOrchestrations
{
    [Function(nameof(Parent))]
    public static async Task<string> Parent([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var own = context.CallSubOrchestratorAsync<string>(nameof(Child), 1, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-own"));
        var other = context.CallSubOrchestratorAsync<string>(nameof(Child), 2);
        await context.CallSubOrchestratorAsync(nameof(Child), new TaskOptions());
        string failure;
        try
        {
            await context.CallSubOrchestratorAsync<int>(nameof(Unhandled), TaskOptions.FromRetryPolicy(new RetryPolicy(2, TimeSpan.FromMilliseconds(1))));
            failure = "none";
        }
        catch (TaskFailedException failed)
        {
            failure = $"{failed.TaskName} {failed.FailureDetails.ErrorType}";
        }

        await context.CallSubOrchestratorAsync(nameof(Child), (object)3);
        return $"{await own}; {(await other)[..2]}; {failure}";
    }

    [Function(nameof(Child))]
    public static async Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var number = await context.CallActivityAsync<int>(nameof(Double), context.GetInput<int?>() ?? 0);
        return $"{number} for {context.Parent!.Name} {context.Parent.InstanceId} as {context.InstanceId}";
    }

    [Function(nameof(Twins))]
    public static async Task<string> Twins([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var options = new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-twin");
        var first = context.CallSubOrchestratorAsync<string>(nameof(Child), 1, options);
        var second = context.CallSubOrchestratorAsync<string>(nameof(Child), 2, options);
        return $"{(await first)[..1]} {await Failure(() => second)}";
    }

    [Function(nameof(WaitsForChild))]
    public static Task<string> WaitsForChild([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallSubOrchestratorAsync<string>(nameof(Approval), options: new TaskOptions().WithInstanceId($"{context.InstanceId}-child"));
}
