using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Takes in the events of a batch of messages, business by business, and says what is to become of each message. One bad
/// message holds up nobody: alone it can do no harm. While the database is away the batch waits for it.
/// </summary>
public sealed partial class TakeInMessages(TakeInEvents takeIn, BusinessDatabase database, AuditLog audit, TimeProvider time, ILogger<TakeInMessages> logger)
{
    /// <summary>How many businesses at once: one is a transaction, and takes one connection.</summary>
    private const int AtOnce = 4;

    /// <summary>How many messages are settled at once: each is a way to the bus and back.</summary>
    private const int SettledAtOnce = 100;

    /// <summary>After so many deliveries no more are risked on an outage: the bus would dead-letter what is good.</summary>
    private const int ManyDeliveries = 6;

    /// <summary>For how long one try waits for a row that somebody holds: recording a whole batch takes less.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(2);

    /// <summary>Machine time: a database that answers nothing for so long is away.</summary>
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(3);

    /// <param name="settle">Told each message's place and verdict as soon as it is known; called from several threads.</param>
    /// <param name="patience">How long all of it waits for a database that is away; machine time.</param>
    /// <param name="stop">Ends waiting; what is being written is written to its end.</param>
    public async Task ExecuteAsync(IReadOnlyList<EventMessage> messages, Func<int, MessageVerdict, Task> settle, TimeSpan patience, CancellationToken stop)
    {
        var waiting = new IntakePatience(patience, stop);
        var read = messages.Select((message, at) => new Item(at, message, EventMessageParser.Parse(message))).ToArray();
        await SettleAsync(
            [.. read.Where(item => item.Read.Code is not null)], settle, (item, _) => new MessageVerdict.DeadLetter(item.Read.Code!, item.Read.Detail));
        await Parallel.ForEachAsync(
            read.Where(item => item.Read.Code is null).GroupBy(item => item.Read.Business),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (business, _) =>
            {
                foreach (var chunk in business.Chunk(TakeInEvents.MaxEvents))
                {
                    await TakeInAsync(business.Key, chunk, settle, waiting);
                }
            });
    }

    private async Task TakeInAsync(Guid business, Item[] items, Func<int, MessageVerdict, Task> settle, IntakePatience waiting)
    {
        var (taken, failure) = await PatientlyAsync(business, [.. items.Select(item => item.Read.Event)], waiting);
        if (taken is { } result)
        {
            await SettleAsync(items, settle, (_, at) => VerdictOn(result, at));
        }
        else if (items.Length > 1 && waiting.IsWorthParting(failure))
        {
            await TakeInAsync(business, items[..(items.Length / 2)], settle, waiting);
            await TakeInAsync(business, items[(items.Length / 2)..], settle, waiting);
        }
        else
        {
            await SettleAsync(items, settle, (item, _) => VerdictOn(failure, item.Message));
        }
    }

    private static Task SettleAsync(Item[] items, Func<int, MessageVerdict, Task> settle, Func<Item, int, MessageVerdict> verdict) => Parallel.ForEachAsync(
        items.Select((item, at) => (item, at)), new ParallelOptions { MaxDegreeOfParallelism = SettledAtOnce },
        async (one, _) => await settle(one.item.At, verdict(one.item, one.at)));

    private Task<Result<EventResults>> ExecuteAsync(Guid business, IReadOnlyList<JsonElement> events)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom();
        var trail = new AuditTrail(customers => audit.RecordAsync(new AuditEntry(
            time.Now(), business, "service-bus", "service", "OnActivity", "service-bus", customers, trace.ToHexString())));
        return takeIn.ExecuteAsync(business, trail, events, CancellationToken.None, LockPatience);
    }

    /// <summary>What became of the events; null when it could not be done while it was worth trying, and why.</summary>
    private async Task<(Result<EventResults>? Taken, IntakeFailure Failure)> PatientlyAsync(Guid business, IReadOnlyList<JsonElement> events, IntakePatience waiting)
    {
        if (waiting.IsOver)
        {
            return (null, IntakeFailure.Away);
        }

        for (var tries = 1; ; tries++)
        {
            IntakeFailure failure;
            try
            {
                return (await ExecuteAsync(business, events), default);
            }
#pragma warning disable CA1031 // Whatever it is, it is this batch's alone: others go on
            catch (Exception failed)
#pragma warning restore CA1031
            {
                failure = await WhyAsync(business, IntakeFailures.Of(failed));
                Tell(failure, events.Count, business, failed, tries);
            }

            if (!await waiting.PauseAsync(failure, tries))
            {
                return (null, failure);
            }
        }
    }

    // The same exception tells of a statement that took too long and of a server that has gone without a word.
    private async Task<IntakeFailure> WhyAsync(Guid business, IntakeFailure failure)
    {
        if (failure != IntakeFailure.Silent)
        {
            return failure;
        }

        using var soon = new CancellationTokenSource(ProbePatience);
        try
        {
            await database.QueryAsync<int>(business, "select 1 as one", null, soon.Token);
            return IntakeFailure.Busy;
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException or TimeoutException or IOException)
        {
            return IntakeFailure.Away;
        }
    }

    private void Tell(IntakeFailure failure, int count, Guid business, Exception failed, int tries)
    {
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
    }

    private static MessageVerdict VerdictOn(Result<EventResults> taken, int at) =>
        taken.Problem is { } problem ? OnAll(problem) : taken.Value.Results[at] switch
        {
            { Status: EventStatus.accepted or EventStatus.duplicate } => new MessageVerdict.Done(),
            { Status: EventStatus.retry } result => new MessageVerdict.Later(result.Code ?? "retry", RetryRules.Patience),
            var result => new MessageVerdict.DeadLetter(result.Code ?? result.Status.ToString(), result.Detail),
        };

    // A business that nobody here has heard of may have been made a moment ago.
    private static MessageVerdict OnAll(Problem problem) => problem == HttpProblems.NotFound
        ? new MessageVerdict.Later("unknown_business", RetryRules.PatienceWithUnknown)
        : new MessageVerdict.DeadLetter(problem.Code);

    private static MessageVerdict VerdictOn(IntakeFailure failure, EventMessage message) => failure switch
    {
        IntakeFailure.OfTheEvents => new MessageVerdict.GiveBack(),
        IntakeFailure.Busy => new MessageVerdict.Later("busy", RetryRules.Patience),
        IntakeFailure.Away when message.DeliveryCount < ManyDeliveries => new MessageVerdict.GiveBack(),
        _ => new MessageVerdict.Later("unavailable", RetryRules.Patience),
    };

    private sealed record Item(int At, EventMessage Message, EventMessageParser.Read Read);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events of business {Business} failed; of several each half is tried by itself, one alone is given back")]
        public static partial void Failed(ILogger logger, int count, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of business {Business} cannot be recorded just now; they are tried again")]
        public static partial void NotNow(ILogger logger, int count, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; messages wait for it")]
        public static partial void Waits(ILogger logger, Exception exception);
    }
}
