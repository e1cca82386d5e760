using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.IntegrationTests.Durable;

public sealed record Order(string Sku, int Quantity);

/// <summary>Ordinary Durable Functions code: every member of the mirrored API is used here.</summary>
public sealed partial class SampleOrchestrations
{
    private static readonly ConcurrentDictionary<string, int> Runs = new();

    public static int RunsOf(string key) => Runs.GetValueOrDefault(key);

    [Function(nameof(StartByClient))]
    public static async Task StartByClient([TimerTrigger("0 0 1 1 *", UseMonitor = false)] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(FanOut), 2, new StartOrchestrationOptions("by-client"));

    private static async Task<string> Failure(Func<Task> act)
    {
        try
        {
            await act();
            return "none";
        }
        catch (TaskFailedException failed)
        {
            return failed.FailureDetails.ErrorMessage;
        }
    }

    private static int Count(string key) => Runs.AddOrUpdate(key, 1, (_, n) => n + 1);
}
