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
public sealed partial class TakeInMessages(TakeInEvents takeIn, AuditLog audit, TimeProvider time, ILogger<TakeInMessages> logger)
{
    /// <summary>How many businesses at once: one is a transaction, and takes one connection.</summary>
    private const int AtOnce = 4;

    /// <summary>After so many deliveries no more are risked on an outage: the bus would dead-letter what is good.</summary>
    private const int ManyDeliveries = 6;

    /// <summary>Less than host.json lets a function run. Machine time, in milliseconds.</summary>
    private const int Patience = 8 * 60_000;

    /// <param name="settle">Told each message's place and verdict as soon as it is known; called from several threads.</param>
    /// <param name="stop">Ends waiting; what is being written is written to its end.</param>
    public async Task ExecuteAsync(IReadOnlyList<EventMessage> messages, Func<int, MessageVerdict, Task> settle, CancellationToken stop)
    {
        var read = messages.Select((message, at) => new Item(at, message, EventMessageParser.Parse(message))).ToArray();
        foreach (var refused in read.Where(item => item.Read.Code is not null))
        {
            await settle(refused.At, new MessageVerdict.DeadLetter(refused.Read.Code!, refused.Read.Detail));
        }

        await Parallel.ForEachAsync(
            read.Where(item => item.Read.Code is null).GroupBy(item => item.Read.Business),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (business, _) =>
            {
                foreach (var chunk in business.Chunk(TakeInEvents.MaxEvents))
                {
                    await TakeInAsync(business.Key, chunk, settle, stop);
                }
            });
    }

    private async Task TakeInAsync(Guid business, Item[] items, Func<int, MessageVerdict, Task> settle, CancellationToken stop)
    {
        try
        {
            var taken = await PatientlyAsync(() => ExecuteAsync(business, [.. items.Select(item => item.Read.Event)]), stop);
            for (var at = 0; at < items.Length; at++)
            {
                await settle(items[at].At, taken is { } result ? VerdictOn(result, at) : WhileAway(items[at].Message));
            }
        }
        catch (Exception failed) when (items.Length > 1 && IsAboutTheEvents(failed))
        {
            Log.Split(logger, items.Length, business, failed);
            await TakeInAsync(business, items[..(items.Length / 2)], settle, stop);
            await TakeInAsync(business, items[(items.Length / 2)..], settle, stop);
        }
        catch (Exception failed) when (IsAboutTheEvents(failed))
        {
            Log.Failed(logger, business, failed);
            await settle(items[0].At, new MessageVerdict.GiveBack());
        }
    }

    private Task<Result<EventResults>> ExecuteAsync(Guid business, IReadOnlyList<JsonElement> events)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom();
        var trail = new AuditTrail(customers => audit.RecordAsync(new AuditEntry(
            time.Now(), business, "service-bus", "service", "OnActivity", "service-bus", customers, trace.ToHexString())));
        return takeIn.ExecuteAsync(business, trail, events, CancellationToken.None);
    }

    /// <summary>Null when the database stayed away until the time to wait was over.</summary>
    private async Task<Result<EventResults>?> PatientlyAsync(Func<Task<Result<EventResults>>> work, CancellationToken stop)
    {
        var until = Environment.TickCount64 + Patience;
        var isWaiting = false;
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = TimeSpan.FromMilliseconds(Math.Min(5_000, pause.TotalMilliseconds * 2)))
        {
            try
            {
                return await work();
            }
            catch (Exception away) when (!IsAboutTheEvents(away))
            {
                if (!isWaiting)
                {
                    Log.Waits(logger, away);
                }

                isWaiting = true;
            }

            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested || Environment.TickCount64 > until)
            {
                return null;
            }
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

    private static MessageVerdict WhileAway(EventMessage message) =>
        message.DeliveryCount < ManyDeliveries ? new MessageVerdict.GiveBack() : new MessageVerdict.Later("unavailable", null);

    /// <summary>False for an outage, which will be over and says nothing of what was sent.</summary>
    private static bool IsAboutTheEvents(Exception failure) => failure switch
    {
        NpgsqlException { IsTransient: true } => false,
        PostgresException { SqlState: ['5', '7', 'P', ..] or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled } => false,
        PostgresException => true,
        NpgsqlException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException => false,
        _ => true,
    };

    private sealed record Item(int At, EventMessage Message, EventMessageParser.Read Read);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of business {Business} failed together; each half is tried by itself")]
        public static partial void Split(ILogger logger, int count, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "An event of business {Business} failed; the bus delivers it again")]
        public static partial void Failed(ILogger logger, Guid business, Exception exception);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; messages wait for it")]
        public static partial void Waits(ILogger logger, Exception exception);
    }
}
