using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Activity;

/// <summary>Events over the bus: what other systems send to its topic, and what the bus gave up of it.</summary>
public sealed partial class ActivityTriggers(TakeInMessages takeIn, MoveDeadLetters move, ILogger<ActivityTriggers> logger)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    [Function("OnActivity")]
    public Task OnActivity(
        [ServiceBusTrigger("%Events:InboundTopic%", "%Events:InboundSubscription%", Connection = "ServiceBus", IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions, CancellationToken cancellation) => RunAsync(messages, actions, (read, settle) => takeIn.ExecuteAsync(read, settle, IntakePatience.OfAFunction, cancellation));

    [Function("OnDeadLetter")]
    public Task OnDeadLetter(
        [ServiceBusTrigger("%Events:InboundTopic%", "%Events:InboundSubscription%/$DeadLetterQueue", Connection = "ServiceBus", IsBatched = true, AutoCompleteMessages = false)]
        ServiceBusReceivedMessage[] messages,
        ServiceBusMessageActions actions, CancellationToken cancellation) => RunAsync(messages, actions, (read, settle) => move.ExecuteAsync(read, settle, IntakePatience.OfAFunction, cancellation));

    private async Task RunAsync(
        ServiceBusReceivedMessage[] messages, ServiceBusMessageActions actions,
        Func<IReadOnlyList<EventMessage>, Func<int, MessageVerdict, Task>, Task> work)
    {
        var isSettled = new bool[messages.Length];
        using var done = new CancellationTokenSource();
        var keeping = KeepLocksAsync(messages, isSettled, actions, done.Token);
        try
        {
            await work(
                [.. messages.Select(Read)],
                async (at, verdict) =>
                {
                    await SettleAsync(messages[at], verdict, actions);
                    Volatile.Write(ref isSettled[at], true);
                });
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
            IsReadable = body is not null,
            ContentType = message.ContentType,
            Properties = message.ApplicationProperties,
            Id = message.MessageId,
            Age = DateTimeOffset.UtcNow - message.EnqueuedTime,
            DeadLetterReason = message.DeadLetterReason,
            DeadLetterDescription = message.DeadLetterErrorDescription,
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

    private async Task SettleAsync(ServiceBusReceivedMessage message, MessageVerdict verdict, ServiceBusMessageActions actions)
    {
        try
        {
            await (verdict is MessageVerdict.GiveBack
                ? actions.AbandonMessageAsync(message, cancellationToken: CancellationToken.None)
                : actions.CompleteMessageAsync(message, CancellationToken.None));
        }
#pragma warning disable CA1031 // The lock was lost or the bus is away: the message comes again, and has no second effect
        catch (Exception failed)
#pragma warning restore CA1031
        {
            Log.NotSettled(logger, message.SequenceNumber, failed);
        }
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
    }
}
