using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>What names, versions and options change.</summary>
public sealed partial class SampleOrchestrations
{
    [Function("RenamedOrchestrator")]
    public static Task<string> Orchestrated([OrchestrationTrigger(Orchestration = "OrchestratedByAnotherName")] TaskOrchestrationContext context) =>
        Task.FromResult($"{context.Name} of {context.Version}");

    [Function(nameof(StartByNamedClient))]
    public static async Task StartByNamedClient(
        [TimerTrigger("0 0 1 1 *", UseMonitor = false)] TimerInfo timer,
        [DurableClient(TaskHub = "AnotherHub", ConnectionName = "AnotherStorage")] DurableTaskClient client) =>
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(FanOut), 3, new StartOrchestrationOptions { InstanceId = "by-named-client" });

    /// <summary>What a retry handler is told, attempt by attempt, and what the orchestrator gets when it gives up.</summary>
    [Function(nameof(ToldWhy))]
    public static async Task<string[]> ToldWhy([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var told = new List<string>();
        AsyncRetryHandler handler = async retry =>
        {
            var (number, failure) = (retry.LastAttemptNumber, retry.LastFailure);
            told.Add($"{number} {failure.ErrorType} {failure.ErrorMessage} {failure.InnerFailure!.ErrorMessage} {retry.TotalRetryTime >= TimeSpan.FromMilliseconds(5 * (number - 1))}");
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMilliseconds(5), retry.CancellationToken);
            return number < 3;
        };
        try
        {
            await context.CallActivityAsync<int>(nameof(Flaky), $"{context.InstanceId}:9", new TaskOptions(TaskRetryOptions.FromRetryHandler(handler)));
        }
        catch (TaskFailedException failed)
        {
            told.Add($"{failed.TaskName} {failed.TaskId} {failed.FailureDetails.StackTrace!.Contains(nameof(Flaky), StringComparison.Ordinal)} {failed.FailureDetails.Properties is null}");
        }

        return [.. told];
    }

    [Function(nameof(ParentOfVersions))]
    public static async Task<string[]> ParentOfVersions([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var retried = new TaskOptions(new TaskOptions { Retry = new RetryPolicy(2, TimeSpan.FromMilliseconds(1)), Version = "2.0" });
        var named = new SubOrchestrationOptions(retried, $"{context.InstanceId}-named") { Version = "3.0" };
        return
        [
            await context.CallSubOrchestratorAsync<string>(nameof(Versioned), new TaskOptions()),
            await context.CallSubOrchestratorAsync<string>(nameof(Versioned), retried),
            await context.CallSubOrchestratorAsync<string>(nameof(Versioned), named),
            await context.CallSubOrchestratorAsync<string>("OrchestratedByAnotherName", named with { InstanceId = null }),
        ];
    }

    [Function(nameof(GivesUp))]
    public static async Task<string> GivesUp([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using var giveUp = new CancellationTokenSource();
        var raised = context.WaitForExternalEvent<string>("Go", TimeSpan.FromDays(30), giveUp.Token);
        var more = context.WaitForExternalEvent<string>("GiveUp");
        if (await Task.WhenAny(raised, more) == raised)
            return await raised;
#pragma warning disable CA1849 // An orchestrator stays in its thread
        giveUp.Cancel();
#pragma warning restore CA1849
        try
        {
            return await raised;
        }
        catch (TaskCanceledException)
        {
            return "given up";
        }
    }
}
