using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Takes in one business's events and says what is to become of each. One that makes the app fail is tried by itself, so
/// that it can do the others no harm.
/// </summary>
public sealed partial class JudgeEvents(TakeInEvents takeIn, AuditLog audit, TimeProvider time, ILogger<JudgeEvents> logger)
{
    /// <param name="function">For whom, as the audit log calls it.</param>
    /// <param name="patience">For how many milliseconds to wait for a database that is away.</param>
    /// <param name="stop">Ends waiting; what is being written is written to its end.</param>
    internal async Task<IReadOnlyList<MessageVerdict>> ExecuteAsync(
        Guid business, IReadOnlyList<JsonElement> events, string function, int patience, CancellationToken stop)
    {
        var verdicts = new List<MessageVerdict>(events.Count);
        foreach (var chunk in events.Chunk(TakeInEvents.MaxEvents))
        {
            verdicts.AddRange(await JudgeAsync(business, chunk, function, patience, stop));
        }

        return verdicts;
    }

    private async Task<IEnumerable<MessageVerdict>> JudgeAsync(Guid business, JsonElement[] events, string function, int patience, CancellationToken stop)
    {
        try
        {
            var taken = await Outage.WaitOutAsync(
                async () => new Taken(await takeIn.ExecuteAsync(business, Trail(business, function), events, CancellationToken.None)),
                patience, away => Log.Waits(logger, away), stop);
            return events.Select((_, at) => taken is null ? new MessageVerdict.GiveBack() : VerdictOn(taken.Result, at));
        }
        catch (Exception failed) when (!Outage.Is(failed) && events.Length > 1)
        {
            Log.Split(logger, events.Length, business, failed);
            var half = events.Length / 2;
            var first = await JudgeAsync(business, events[..half], function, patience, stop);
            return first.Concat(await JudgeAsync(business, events[half..], function, patience, stop));
        }
        catch (Exception failed) when (!Outage.Is(failed))
        {
            Log.Failed(logger, business, failed);
            return [new MessageVerdict.Later("failed", Patience: null, RetryRules.TriesOfAFailure)];
        }
    }

    private AuditTrail Trail(Guid business, string function)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom();
        return new AuditTrail(customers => audit.RecordAsync(new AuditEntry(
            time.Now(), business, "service-bus", "service", function, "service-bus", customers, trace.ToHexString())));
    }

    private static MessageVerdict VerdictOn(Result<EventResults> taken, int at) =>
        taken.Problem is { } problem ? OnAll(problem) : taken.Value.Results[at] switch
        {
            { Status: EventStatus.accepted or EventStatus.duplicate } => new MessageVerdict.Done(),
            { Status: EventStatus.retry } result => new MessageVerdict.Later(result.Code ?? "retry", RetryRules.Patience),
            var result => new MessageVerdict.Never(result.Code ?? result.Status.ToString(), result.Detail),
        };

    // A business that nobody here has heard of may have been made a moment ago.
    private static MessageVerdict OnAll(Problem problem) => problem == HttpProblems.NotFound
        ? new MessageVerdict.Later("unknown_business", RetryRules.PatienceWithUnknown)
        : new MessageVerdict.Never(problem.Code);

    private sealed record Taken(Result<EventResults> Result);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of business {Business} failed together; each half is tried by itself")]
        public static partial void Split(ILogger logger, int count, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "An event of business {Business} failed; it is tried again later, by itself")]
        public static partial void Failed(ILogger logger, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; events wait for it")]
        public static partial void Waits(ILogger logger, Exception exception);
    }
}
