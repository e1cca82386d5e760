using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.IntegrationTests.Durable;

public sealed record Order(string Sku, int Quantity);

/// <summary>Ordinary Durable Functions code: every member of the mirrored API is used here.</summary>
public sealed partial class SampleOrchestrations
{
    private static readonly ConcurrentDictionary<string, int> Runs = new();

    public static ConcurrentQueue<string> Logged { get; } = new();

    /// <summary>What an orchestrator does that does not do the same each time.</summary>
    public static ConcurrentDictionary<string, int> Moods { get; } = new();

    public static int RunsOf(string key) => Runs.GetValueOrDefault(key);

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
        var (key, times) = (input.Split(':')[0], int.Parse(input.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        var run = Count(key);
        return run > times ? run : throw new InvalidOperationException($"run {run}", new TimeoutException("too slow"));
    }

    [Function("RenamedActivity")]
    public static string Renamed([ActivityTrigger(Activity = "ByAnotherName")] string input) => input.ToUpperInvariant();

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
            lastTry = int.Parse(failed.FailureDetails.ErrorMessage[4..], System.Globalization.CultureInfo.InvariantCulture);
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

    [Function(nameof(Touchy))]
    public static async Task<object> Touchy([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallActivityAsync<Picky>(nameof(Double), 1);
            return "read";
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or System.Text.Json.JsonException)
        {
            return context.GetInput<bool>() ? new Picky() : "could not be read";
        }
    }

    /// <summary>Can neither be read nor written.</summary>
    [System.Text.Json.Serialization.JsonConverter(typeof(PickyConverter))]
    public sealed class Picky;

    public sealed class PickyConverter : System.Text.Json.Serialization.JsonConverter<Picky>
    {
        public override Picky Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) =>
            throw new ArgumentException("No.");

        public override void Write(System.Text.Json.Utf8JsonWriter writer, Picky value, System.Text.Json.JsonSerializerOptions options) =>
            throw new ArgumentException("No.");
    }

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

    [Function(nameof(Slowly))]
    public static async Task<string> Slowly([ActivityTrigger] string input)
    {
        await Task.Delay(500);
        return input;
    }

    [Function(nameof(Deterministic))]
    public static async Task<bool> Deterministic([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (id, time) = (context.NewGuid(), context.CurrentUtcDateTime);
        var logger = context.CreateReplaySafeLogger<SampleOrchestrations>();
        LogLine(logger, $"{context.InstanceId} first");
        LogLine(context.CreateReplaySafeLogger("category"), $"{context.InstanceId} by name");
#pragma warning disable CA2263 // Every overload is used here
        LogLine(context.CreateReplaySafeLogger(typeof(string)), $"{context.InstanceId} by type");
#pragma warning restore CA2263
        var before = context.IsReplaying;
        var remembered = await context.CallActivityAsync<string>("ByAnotherName", $"{id:N}{time:O}");
        var after = context.IsReplaying;
        LogLine(context.ReplaySafeLoggerFactory.CreateLogger("category"), $"{context.InstanceId} second");
        await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        return string.Equals(remembered, $"{id:N}{time:O}", StringComparison.OrdinalIgnoreCase) && before && after && !context.IsReplaying && context.NewGuid() != id && context.Properties.Count == 0;
    }

    [Function(nameof(Versioned))]
    public static async Task<string> Versioned([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<int>(nameof(Double), 1);
        return $"{context.Version} {context.CompareVersionTo("2.0")}";
    }

    [Function(nameof(Sender))]
    public static Task Sender([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SendEvent(context.GetInput<string>()!, "Go", $"from {context.InstanceId}");
        return Task.CompletedTask;
    }

    // Long delays: one that a busy machine has already ended when it is awaited is no wait at all, and passes.
    [Function(nameof(Sleepless))]
    public static async Task Sleepless([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await Task.Delay(TimeSpan.FromSeconds(20));

    [Function(nameof(SleeplessBeside))]
    public static async Task SleeplessBeside([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var pending = context.WaitForExternalEvent<string>("never");
        await Task.Delay(TimeSpan.FromSeconds(20));
        await pending;
    }

    [Function(nameof(Elsewhere))]
    public static async Task<int> Elsewhere([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<int>(nameof(Double), 1).ConfigureAwait(false);
        return await context.CallActivityAsync<int>(nameof(Double), 2);
    }

    [Function(nameof(Moody))]
    public static async Task<int> Moody([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var mood = Moods.AddOrUpdate(context.InstanceId, 1, (_, n) => n + 1);
        return context.GetInput<string>() switch
        {
            "other activity" => await context.CallActivityAsync<int>(mood == 1 ? nameof(Double) : nameof(Flaky), 1),
            "other kind" => mood == 1 ? await context.CallActivityAsync<int>(nameof(Double), 1) : await Slept(context),
            "one more" => await OneMore(context, mood),
            "one less" => mood == 1 ? await context.CallActivityAsync<int>(nameof(Double), 1) : 0,
            _ => 0,
        };
    }

    [Function(nameof(Endless))]
    public static void Endless([OrchestrationTrigger] TaskOrchestrationContext context) => throw new FormatException("poison \0 \ud800");

    [Function(nameof(StartByClient))]
    public static async Task StartByClient([TimerTrigger("0 0 1 1 *", UseMonitor = false)] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
        await client.ScheduleNewOrchestrationInstanceAsync(nameof(FanOut), 2, new StartOrchestrationOptions("by-client"));

    private static async Task<int> Slept(TaskOrchestrationContext context)
    {
        await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        return 0;
    }

    private static async Task<int> OneMore(TaskOrchestrationContext context, int mood)
    {
        var one = context.CallActivityAsync<int>(nameof(Double), 1);
        var more = mood == 1 ? Task.FromResult(0) : context.CallActivityAsync<int>(nameof(Double), 2);
        return await one + await more;
    }

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

#pragma warning disable CA1848, CA2254 // Any line will do
    private static void LogLine(ILogger logger, string line) => logger.LogCritical(line);
#pragma warning restore CA1848, CA2254
}
