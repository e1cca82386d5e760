// Mirrors Azure.Messaging.ServiceBus, as Worker.Extensions.ServiceBus 5.24.0 brings it.
using NxLoy.Functions.Embedded.ServiceBus;

namespace Azure.Messaging.ServiceBus;

/// <summary>A message as it was delivered, locked for this process until <see cref="LockedUntil"/> or longer.</summary>
public class ServiceBusReceivedMessage
{
    private readonly Amqp.Message message;
    private readonly DateTimeOffset receivedAt;
    private IReadOnlyDictionary<string, object>? applicationProperties;
    private BinaryData? body;
    private int settled;

    internal ServiceBusReceivedMessage(Amqp.Message message, Guid lockToken, DateTimeOffset receivedAt)
    {
        (this.message, this.receivedAt) = (message, receivedAt);
        LockTokenGuid = lockToken;
        LockedUntil = AmqpValues.Time(message.MessageAnnotations, "x-opt-locked-until") ?? receivedAt;
        LockUntil(LockedUntil, receivedAt);
    }

    /// <exception cref="NotSupportedException">It is no data section.</exception>
    public BinaryData Body => body ??= AmqpValues.Body(message);
    public string MessageId => message.Properties?.GetMessageId()?.ToString()!;
    public string ContentType => message.Properties?.ContentType?.ToString()!;
    public string CorrelationId => message.Properties?.GetCorrelationId()?.ToString()!;

    /// <summary>What kind of message it is: the sender's word.</summary>
    public string Subject => message.Properties?.Subject!;

    public string To => message.Properties?.To!;
    public string ReplyTo => message.Properties?.ReplyTo!;
    public IReadOnlyDictionary<string, object> ApplicationProperties => applicationProperties ??= AmqpValues.Properties(message.ApplicationProperties);

    /// <summary>How often it was delivered, this time included.</summary>
    public int DeliveryCount => (int)(message.Header?.DeliveryCount ?? 0) + 1;

    public TimeSpan TimeToLive => message.Header is { Ttl: > 0 } header ? TimeSpan.FromMilliseconds(header.Ttl) : TimeSpan.MaxValue;
    public DateTimeOffset EnqueuedTime => AmqpValues.Time(message.MessageAnnotations, "x-opt-enqueued-time") ?? default;
    public DateTimeOffset ExpiresAt => AmqpValues.Sum(EnqueuedTime == default ? receivedAt : EnqueuedTime, TimeToLive);
    public long SequenceNumber => AmqpValues.Number(message.MessageAnnotations, "x-opt-sequence-number") ?? 0;
    public string LockToken => LockTokenGuid.ToString();

    /// <summary>The broker's time, as the message came with it: a worker is not told what a renewal made of it.</summary>
    public DateTimeOffset LockedUntil { get; }

    /// <summary>Why it lies in the dead-letter queue it was read from; null elsewhere.</summary>
    public string DeadLetterReason => (ApplicationProperties.GetValueOrDefault(Settlement.Reason) as string)!;

    public string DeadLetterErrorDescription => (ApplicationProperties.GetValueOrDefault(Settlement.Description) as string)!;

    /// <summary>The entity that it was dead-lettered in.</summary>
    public string DeadLetterSource => (AmqpValues.Of(message.MessageAnnotations, "x-opt-deadletter-source") as string)!;

    internal Guid LockTokenGuid { get; }
    internal bool IsSettled => Volatile.Read(ref settled) != 0;
    internal Amqp.Message Delivered => message;

    /// <summary>When this process may ask for the lock's renewal: at half of its time.</summary>
    internal DateTimeOffset RenewAt { get; private set; }

    /// <returns>False when it was settled before.</returns>
    internal bool TrySettle() => Interlocked.Exchange(ref settled, 1) == 0;

    internal void LockUntil(DateTimeOffset end, DateTimeOffset now) => RenewAt = now + ((end - now) / 2);
}
