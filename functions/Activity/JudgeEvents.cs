using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Takes in one business's events and says what is to become of each. One that makes the app fail is tried by itself, so
/// that it can do the others no harm.
/// </summary>
public sealed partial class JudgeEvents(TakeInEvents takeIn, BusinessDatabase database, AuditLog audit, TimeProvider time, ILogger<JudgeEvents> logger)
{
    /// <summary>For how long one try waits for a row that somebody holds: recording a whole batch takes less.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    /// <summary>Machine time: a database that answers nothing for so long is away.</summary>
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(3);

    /// <param name="function">For whom, as the audit log calls it.</param>
    /// <param name="waiting">For how long; what is being written is written to its end.</param>
    internal async Task<IReadOnlyList<MessageVerdict>> ExecuteAsync(Guid business, IReadOnlyList<JsonElement> events, string function, IntakePatience waiting)
    {
        var verdicts = new List<MessageVerdict>(events.Count);
        foreach (var chunk in events.Chunk(TakeInEvents.MaxEvents))
        {
            verdicts.AddRange(await JudgeAsync(business, chunk, function, waiting));
        }

        return verdicts;
    }

    private async Task<IEnumerable<MessageVerdict>> JudgeAsync(Guid business, JsonElement[] events, string function, IntakePatience waiting)
    {
        Result<EventResults>? taken = null;
        var failure = await waiting.TryAsync(
            async () => taken = await takeIn.ExecuteAsync(business, Trail(business, function), events, CancellationToken.None, LockPatience),
            (failed, tries) => WhyAsync(business, events.Length, failed, tries));
        if (failure is not { } why)
        {
            return events.Select((_, at) => VerdictOn(taken!.Value, at));
        }

        if (events.Length == 1 || !waiting.IsWorthParting(why))
        {
            return events.Select(_ => VerdictOn(why));
        }

        var (half, ordered) = (events.Length / 2, BeforeAndAfterAClose(business, events));
        var first = await JudgeAsync(business, [.. ordered[..half].Select(one => one.Event)], function, waiting);
        var second = await JudgeAsync(business, [.. ordered[half..].Select(one => one.Event)], function, waiting);
        return first.Concat(second).Zip(ordered).OrderBy(one => one.Second.At).Select(one => one.First);
    }

    // A close ends what a business takes, and what happened before it counts: whatever part it is in, that goes first.
    private static (JsonElement Event, int At)[] BeforeAndAfterAClose(Guid business, JsonElement[] events)
    {
        var told = Array.ConvertAll(events, one => EventParser.Parse(one, business).Told);
        var closedAt = told.OfType<ToldBusiness>().Where(one => one.Fact.IsClosed).Min(one => (DateTimeOffset?)one.OccurredAt);
        return [.. events.Select((one, at) => (one, at)).OrderBy(one => told[one.at]?.OccurredAt < closedAt ? 0 : told[one.at] is ToldBusiness ? 1 : 2)];
    }

    private async Task<IntakeFailure> WhyAsync(Guid business, int count, Exception failed, int tries)
    {
        var failure = IntakeFailures.Of(failed);
        if (failure == IntakeFailure.Silent)
        {
            failure = await IsThereAsync(business) ? IntakeFailure.Busy : IntakeFailure.Away;
        }

        if (failure == IntakeFailure.OfTheEvents)
        {
            Log.Failed(logger, count, business, failed);
        }
        else if (tries == 1 && failure == IntakeFailure.Away)
        {
            Log.Waits(logger, failed);
        }
        else if (tries == 1)
        {
            Log.NotNow(logger, count, business, failed);
        }

        return failure;
    }

    // The same exception tells of a statement that took too long and of a server that has gone without a word.
    private async Task<bool> IsThereAsync(Guid business)
    {
        using var soon = new CancellationTokenSource(ProbePatience);
        try
        {
            await database.QueryAsync<int>(business, "select 1 as one", null, soon.Token);
            return true;
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException or TimeoutException or IOException)
        {
            return false;
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

    private static MessageVerdict VerdictOn(IntakeFailure failure) => failure switch
    {
        IntakeFailure.OfTheEvents => new MessageVerdict.Later("failed", Patience: null, RetryRules.TriesOfAFailure),
        IntakeFailure.Busy => new MessageVerdict.Later("busy", RetryRules.Patience),
        IntakeFailure.Refused => new MessageVerdict.Later("unavailable", RetryRules.Patience),
        _ => new MessageVerdict.GiveBack(),
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events of business {Business} failed; of several each half is tried by itself, one alone again later")]
        public static partial void Failed(ILogger logger, int count, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of business {Business} cannot be recorded just now; they are tried again")]
        public static partial void NotNow(ILogger logger, int count, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; events wait for it")]
        public static partial void Waits(ILogger logger, Exception exception);
    }
}
