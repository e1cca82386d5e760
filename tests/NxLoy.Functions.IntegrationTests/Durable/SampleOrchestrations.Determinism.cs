using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Orchestrators that do the same in every replay, and some that do not.</summary>
public sealed partial class SampleOrchestrations
{
    public static ConcurrentQueue<string> Logged { get; } = new();

    /// <summary>What an orchestrator does that does not do the same each time.</summary>
    public static ConcurrentDictionary<string, int> Moods { get; } = new();

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

#pragma warning disable CA1848, CA2254 // Any line will do
    private static void LogLine(ILogger logger, string line) => logger.LogCritical(line);
#pragma warning restore CA1848, CA2254
}
