using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Orchestrators that wait for time and events.</summary>
public sealed partial class SampleOrchestrations
{
    [Function(nameof(Sleeper))]
    public static async Task<string> Sleeper([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var before = context.CurrentUtcDateTime;
        await context.CreateTimer(context.GetInput<TimeSpan>(), CancellationToken.None);
        return (context.CurrentUtcDateTime - before >= context.GetInput<TimeSpan>()).ToString();
    }

    [Function(nameof(Approval))]
    public static async Task<string> Approval([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus(new { waitingFor = "approval" });
        try
        {
            var approved = await context.WaitForExternalEvent<bool>("Approval", TimeSpan.FromDays(30));
            context.SetCustomStatus(null);
            return approved ? "approved" : "refused";
        }
        catch (TaskCanceledException)
        {
            return "too late";
        }
    }

    [Function(nameof(FirstOfTwo))]
    public static async Task<string> FirstOfTwo([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using var giveUp = new CancellationTokenSource();
        var timer = context.CreateTimer(context.CurrentUtcDateTime.AddDays(7), giveUp.Token);
        var raised = context.WaitForExternalEvent<string>("Go");
        if (await Task.WhenAny(timer, raised) == timer)
            return "timer";
#pragma warning disable CA1849 // An orchestrator stays in its thread
        giveUp.Cancel();
#pragma warning restore CA1849
        return await raised;
    }

    [Function(nameof(TwoEvents))]
    public static async Task<string> TwoEvents([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var first = await context.WaitForExternalEvent<int>("number");
        await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        return $"{first} {await context.WaitForExternalEvent<int>("NUMBER")} {await context.WaitForExternalEvent<string?>("text") ?? "null"}";
    }

    [Function(nameof(Sender))]
    public static Task Sender([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SendEvent(context.GetInput<string>()!, "Go", $"from {context.InstanceId}");
        return Task.CompletedTask;
    }
}
