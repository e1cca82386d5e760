using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Activity;

/// <summary>Events over the bus: the topic that other systems write to, and the queue of what is tried again.</summary>
public sealed partial class ActivityTriggers(TakeInMessages takeIn, RetryLater retryLater, ILogger<ActivityTriggers> logger)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Machine time: how long a batch waits for a database that is away. Less than host.json lets a function run.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Function("OnActivity")]
    public Task OnActivity(
        [ServiceBusTrigger("%Events:InboundTopic%", "%Events:InboundSubscription%", Connection = "ServiceBus", IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions, CancellationToken cancellation) => TakeInAsync(messages, actions, cancellation);

    [Function("OnActivityAgain")]
    public Task OnActivityAgain(
        [ServiceBusTrigger("%Events:RetryQueue%", Connection = "ServiceBus", IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions, CancellationToken cancellation) => TakeInAsync(messages, actions, cancellation);

    private async Task TakeInAsync(ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions, CancellationToken cancellation)
    {
        var events = messages.Select(Read).ToArray();
        var isSettled = new bool[messages.Length];
        using var done = new CancellationTokenSource();
        var keeping = KeepLocksAsync(messages, isSettled, actions, done.Token);
        try
        {
            await takeIn.ExecuteAsync(
                events,
                async (at, verdict) =>
                {
                    await SettleAsync(messages[at], events[at], verdict, actions);
                    Volatile.Write(ref isSettled[at], true);
                },
                Patience,
                cancellation);
        }
        finally
        {
            await done.CancelAsync();
            await keeping;
        }
    }

    private static EventMessage Read(ServiceBusReceivedMessage message)
    {
        var body = BodyOf(message);
        return new EventMessage(body ?? default)
        {
            IsReadable = body is not null, ContentType = message.ContentType, Properties = message.ApplicationProperties, Id = message.MessageId,
            Subject = message.Subject, DeliveryCount = message.DeliveryCount,
        };
    }

    // What other AMQP clients call a text is no bytes, and the SDK throws.
    private static ReadOnlyMemory<byte>? BodyOf(ServiceBusReceivedMessage message)
    {
        try
        {
            return message.Body.ToMemory();
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private async Task SettleAsync(ServiceBusReceivedMessage message, EventMessage @event, MessageVerdict verdict, ServiceBusMessageActions actions)
    {
        try
        {
            await (verdict switch
            {
                MessageVerdict.Done => actions.CompleteMessageAsync(message, CancellationToken.None),
                MessageVerdict.DeadLetter dead => DeadLetterAsync(message, dead.Reason, dead.Detail, actions),
                MessageVerdict.Later later => PostponeAsync(message, @event, later, actions),
                _ => actions.AbandonMessageAsync(message, cancellationToken: CancellationToken.None),
            });
        }
#pragma warning disable CA1031 // The lock was lost or the bus is away: the message comes again, and has no second effect
        catch (Exception failed)
#pragma warning restore CA1031
        {
            Log.NotSettled(logger, message.SequenceNumber, failed);
        }
    }

    private static async Task DeadLetterAsync(ServiceBusReceivedMessage message, string reason, string? detail, ServiceBusMessageActions actions)
    {
        await actions.DeadLetterMessageAsync(message, deadLetterReason: reason, deadLetterErrorDescription: detail, cancellationToken: CancellationToken.None);
        Telemetry.DeadLetters.Add(1, KeyValuePair.Create("nxloy.event.code", (object?)reason));
    }

    private async Task PostponeAsync(ServiceBusReceivedMessage message, EventMessage @event, MessageVerdict.Later later, ServiceBusMessageActions actions)
    {
        try
        {
            if (!await retryLater.ExecuteAsync(@event, later.Patience, CancellationToken.None))
            {
                await DeadLetterAsync(message, later.Reason, "Its time is over.", actions);
                return;
            }
        }
        catch (Exception failed) when (failed is BusUnavailableException or MessageRefusedException)
        {
            Log.NotPostponed(logger, later.Reason, failed);
            await actions.AbandonMessageAsync(message, cancellationToken: CancellationToken.None);
            return;
        }

        await actions.CompleteMessageAsync(message, CancellationToken.None);
        Telemetry.PostponedEvents.Add(1, KeyValuePair.Create("nxloy.event.code", (object?)later.Reason));
    }

    // The host renews no locks of a batch, and a batch may have to wait for the database.
    private static async Task KeepLocksAsync(ServiceBusReceivedMessage[] messages, bool[] isSettled, ServiceBusMessageActions actions, CancellationToken done)
    {
        var left = messages.Min(message => message.LockedUntil) - DateTimeOffset.UtcNow;
        var wait = left / 3 < ShortestWait ? ShortestWait : left / 3 > LongestWait ? LongestWait : left / 3;
        while (true)
        {
            await Task.Delay(wait, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested)
            {
                return;
            }

            await Task.WhenAll(messages.Where((_, at) => !Volatile.Read(ref isSettled[at])).Select(message => RenewAsync(message, actions, done)));
        }
    }

    private static async Task RenewAsync(ServiceBusReceivedMessage message, ServiceBusMessageActions actions, CancellationToken done)
    {
        try
        {
            await actions.RenewMessageLockAsync(message, done);
        }
#pragma warning disable CA1031 // It was settled meanwhile, or comes again
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Message {SequenceNumber} could not be settled; it comes again and has no second effect")]
        public static partial void NotSettled(ILogger logger, long sequenceNumber, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "An event ({Code}) could not be put into the queue of what is tried again")]
        public static partial void NotPostponed(ILogger logger, string code, Exception exception);
    }
}
