using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Orchestrators that continue as new, and one that could.</summary>
public sealed partial class SampleOrchestrations
{
    [Function(nameof(Countdown))]
    public static async Task<string> Countdown([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var left = context.GetInput<int>();
        if (left == 0)
            return await context.WaitForExternalEvent<string>("End");
        await context.CallActivityAsync<int>(nameof(Double), left);
        if (left % 2 == 0)
            context.ContinueAsNew(left - 1);
        else
            context.ContinueAsNew(new ContinueAsNewOptions { NewInput = left - 1, NewVersion = "2.0" });
        return "never seen";
    }

    [Function(nameof(Forgetful))]
    public static async Task<string> Forgetful([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var how = context.GetInput<string>();
        if (how is not null)
        {
            await context.WaitForExternalEvent<string?>("Continue");
            if (how == "argument")
                context.ContinueAsNew(null, preserveUnprocessedEvents: false);
            else
                context.ContinueAsNew(new ContinueAsNewOptions { PreserveUnprocessedEvents = how != "options" });
            return "";
        }

        try
        {
            return await context.WaitForExternalEvent<string>("Lost", TimeSpan.FromMilliseconds(100));
        }
        catch (TaskCanceledException)
        {
            return "forgotten";
        }
    }

    [Function(nameof(LeavesATimer))]
    public static async Task<string> LeavesATimer([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var left = context.GetInput<int>();
        if (left == 0)
            return await context.CallActivityAsync<string>(nameof(Slowly), "the activity's own");
        _ = context.CreateTimer(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        if (left > 0)
            context.ContinueAsNew(left - 1);
        return "done";
    }
}
