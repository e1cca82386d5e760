using System.Globalization;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using NxLoy.Functions.Embedded.Durable;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// A message as it came in. Of its bytes two parts are kept: the envelope, which a broker may change on the way (header and
/// annotations), and the content, which it may not (properties, body, footer).
/// </summary>
internal sealed class IncomingMessage : Message
{
    // How Service Bus's own clients mark a transfer of several messages.
    private const uint Batch = 0x80013700;

    private static readonly Symbol ScheduledTime = "x-opt-scheduled-enqueue-time";

    private IncomingMessage(Message message, byte[] bytes)
    {
        (Header, DeliveryAnnotations, MessageAnnotations) = (message.Header, message.DeliveryAnnotations, message.MessageAnnotations);
        (Properties, ApplicationProperties, BodySection, Footer) = (message.Properties, message.ApplicationProperties, message.BodySection, message.Footer);
        Size = bytes.Length;
        Content = bytes.AsMemory(StartOfContent(bytes));
        Envelope = Bytes.Encode(Header, MessageAnnotations).ToArray();
    }

    public int Size { get; }
    public byte[] Envelope { get; }
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>As text, whichever of AMQP's four kinds of id it is; null for none.</summary>
    public string? Id => Properties?.GetMessageId() switch
    {
        null or "" => null,
        byte[] bytes => Convert.ToHexString(bytes),
        var id => Messages.Storable(Convert.ToString(id, CultureInfo.InvariantCulture)),
    };

    public DateTime? ScheduledFor => MessageAnnotations?.Map?[ScheduledTime] is DateTime time ? time.ToUniversalTime() : null;

    public TimeSpan? TimeToLive => Header?.Ttl is > 0 and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;

    /// <summary>Itself, or what a batch holds: each of its data sections is a whole message.</summary>
    /// <exception cref="AmqpException">The batch cannot be read.</exception>
    public IReadOnlyList<IncomingMessage> Unpack()
    {
        if (Format != Batch)
            return [this];
        try
        {
            return [.. Sections().Select(section => Read(section.Binary.ToBuffer()))];
        }
        catch (Exception unreadable) when (unreadable is not AmqpException)
        {
            throw new AmqpException(ErrorCode.DecodeError, $"The batch cannot be read: {unreadable.Message}");
        }
    }

    private IEnumerable<Data> Sections() => BodySection switch
    {
        Data one => [one],
        DataList list => Enumerable.Range(0, list.Count).Select(i => list[i]),
        _ => throw new AmqpException(ErrorCode.DecodeError, "A batch consists of data sections."),
    };

    public static IncomingMessage Read(ByteBuffer buffer)
    {
        // The buffer is the connection's own and is used again.
        var bytes = buffer.ToArray();
        return new(Decode(buffer), bytes);
    }

    private static int StartOfContent(byte[] bytes)
    {
        var rest = bytes.ToBuffer();
        while (rest.Length > 0)
        {
            var start = rest.Offset;
            if (Encoder.ReadObject(rest) is not (Amqp.Framing.Header or Amqp.Framing.DeliveryAnnotations or Amqp.Framing.MessageAnnotations))
                return start;
        }

        return bytes.Length;
    }
}
