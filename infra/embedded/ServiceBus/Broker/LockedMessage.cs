using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>A message that this broker has locked, as its row has it.</summary>
internal sealed record LockedMessage
{
    public required string Queue { get; init; }
    public required long Sequence { get; init; }
    public required Guid Token { get; init; }
    public required DateTime EnqueuedAt { get; init; }
    public required int DeliveryCount { get; init; }
    public required bool IsExpired { get; init; }
    public required string? DeadLetterSource { get; init; }
    public required string? DeadLetterReason { get; init; }
    public required string? DeadLetterDescription { get; init; }
    public required byte[] Envelope { get; init; }
    public required byte[] Content { get; init; }

    /// <summary>The bytes that go out: what the sender wrote, with what Service Bus adds.</summary>
    public ByteBuffer Encode(DateTime? lockedUntil)
    {
        var envelope = Message.Decode(Envelope.ToBuffer());
        var header = envelope.Header ?? new Header();
        header.DeliveryCount = (uint)DeliveryCount;
        var annotations = envelope.MessageAnnotations ?? new MessageAnnotations();
        annotations[(Symbol)"x-opt-sequence-number"] = Sequence;
        annotations[(Symbol)"x-opt-enqueued-time"] = EnqueuedAt;
        if (lockedUntil is { } until)
            annotations[(Symbol)"x-opt-locked-until"] = until;
        if (DeadLetterSource is not null)
            annotations[(Symbol)"x-opt-deadletter-source"] = DeadLetterSource;
        var content = DeadLetterReason is null ? Content : ContentWithReason();
        var buffer = Bytes.Encode(header, annotations);
        AmqpBitConverter.WriteBytes(buffer, content, 0, content.Length);
        return buffer;
    }

    private byte[] ContentWithReason()
    {
        var message = Message.Decode(Content.ToBuffer());
        message.ApplicationProperties ??= new ApplicationProperties();
        message.ApplicationProperties["DeadLetterReason"] = DeadLetterReason;
        if (DeadLetterDescription is not null)
            message.ApplicationProperties["DeadLetterErrorDescription"] = DeadLetterDescription;
        return Bytes.Encode(message.Properties, message.ApplicationProperties, message.BodySection, message.Footer).ToArray();
    }
}
