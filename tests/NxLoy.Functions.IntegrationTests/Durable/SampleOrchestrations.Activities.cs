using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Activities, and orchestrators that call them.</summary>
public sealed partial class SampleOrchestrations
{
    [Function(nameof(Double))]
    public static int Double([ActivityTrigger] int number) => number * 2;

    [Function(nameof(Describe))]
    public static string Describe([ActivityTrigger] Order order, FunctionContext context) => $"{order.Quantity} x {order.Sku} by {context.FunctionDefinition.Name}";

    [Function(nameof(NothingToSay))]
    public static void NothingToSay([ActivityTrigger] string? input) => Count(input ?? "null");

    /// <summary>Fails until it has run so often: "key:times".</summary>
    [Function(nameof(Flaky))]
    public static async Task<int> Flaky([ActivityTrigger] string input)
    {
        await Task.Yield();
        var (key, times) = (input.Split(':')[0], int.Parse(input.Split(':')[1], CultureInfo.InvariantCulture));
        var run = Count(key);
        return run > times ? run : throw new InvalidOperationException($"run {run}", new TimeoutException("too slow"));
    }

    [Function("RenamedActivity")]
    public static string Renamed([ActivityTrigger(Activity = "ByAnotherName")] string input) => input.ToUpperInvariant();

    [Function(nameof(Slowly))]
    public static async Task<string> Slowly([ActivityTrigger] string input)
    {
        await Task.Delay(500);
        return input;
    }

    [Function(nameof(Chain))]
    public static async Task<string> Chain([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var number = await context.CallActivityAsync<int>(nameof(Double), context.GetInput<int>());
        number = await context.CallActivityAsync<int>("double", number, new TaskOptions());
        await context.CallActivityAsync(nameof(NothingToSay), context.InstanceId);
        await context.CallActivityAsync(nameof(NothingToSay), new TaskOptions());
        var order = await context.CallActivityAsync<string>(nameof(Describe), new Order("tea", number));
        return $"{order}, {await context.CallActivityAsync<string>("ByAnotherName", "loud")}";
    }

    [Function(nameof(FanOut))]
    public static async Task<int> FanOut([OrchestrationTrigger] TaskOrchestrationContext context) =>
        (await Task.WhenAll(Enumerable.Range(1, context.GetInput<int>()).Select(n => context.CallActivityAsync<int>(nameof(Double), n)))).Sum();

    [Function(nameof(Retried))]
    public static async Task<string> Retried([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var policy = new RetryPolicy(3, TimeSpan.FromMilliseconds(10), 2, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        var third = await context.CallActivityAsync<int>(nameof(Flaky), $"{context.InstanceId}a:2", TaskOptions.FromRetryPolicy(policy));
        var lastTry = 0;
        try
        {
            await context.CallActivityAsync<int>(nameof(Flaky), $"{context.InstanceId}b:9", new TaskOptions(TaskRetryOptions.FromRetryPolicy(policy)));
        }
        catch (TaskFailedException failed) when (failed.FailureDetails.IsCausedBy<InvalidOperationException>() && failed.FailureDetails.InnerFailure!.IsCausedBy<TimeoutException>())
        {
            lastTry = int.Parse(failed.FailureDetails.ErrorMessage[4..], CultureInfo.InvariantCulture);
        }

        var picky = new RetryPolicy(5, TimeSpan.FromMilliseconds(1)) { HandleFailure = failure => failure.ErrorMessage == "run 1" };
        var given = await Failure(() => context.CallActivityAsync<int>(nameof(Flaky), $"{context.InstanceId}c:9", TaskOptions.FromRetryPolicy(picky)));
        var handled = await Failure(() => context.CallActivityAsync<int>(
            nameof(Flaky), $"{context.InstanceId}d:9", TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 4)));
        var waited = await Failure(() => context.CallActivityAsync<int>(
            nameof(Flaky), $"{context.InstanceId}e:9", TaskOptions.FromRetryHandler(async retry =>
            {
                await retry.OrchestrationContext.CreateTimer(TimeSpan.FromMilliseconds(5), retry.CancellationToken);
                return retry.TotalRetryTime >= TimeSpan.Zero && retry.LastAttemptNumber < 2;
            })));
        return $"{third} {lastTry} {given} {handled} {waited}";
    }

    [Function(nameof(Unhandled))]
    public static Task<int> Unhandled([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<int>(nameof(Flaky), "unhandled:99");

    [Function(nameof(Unknown))]
    public static Task Unknown([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("NoSuchActivity");
}
