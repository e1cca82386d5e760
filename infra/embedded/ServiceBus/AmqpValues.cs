using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>Reads what Service Bus writes into AMQP messages.</summary>
internal static class AmqpValues
{
    public static object? Of(MessageAnnotations? annotations, string name) => annotations?.Map is { } map && map.TryGetValue(new Symbol(name), out var value) ? value : null;

    public static DateTimeOffset? Time(MessageAnnotations? annotations, string name) => Of(annotations, name) is DateTime time ? Utc(time) : null;

    public static long? Number(MessageAnnotations? annotations, string name) => Of(annotations, name) switch
    {
        long number => number,
        int number => number,
        _ => null,
    };

    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    /// <summary>As far as times go, where the span has no end.</summary>
    public static DateTimeOffset Sum(DateTimeOffset from, TimeSpan span) => span >= DateTimeOffset.MaxValue - from ? DateTimeOffset.MaxValue : from + span;

    /// <summary>The bytes of a data body; a text or binary value as its bytes, as other clients send them.</summary>
    public static BinaryData Body(Message message) => message.BodySection switch
    {
        Data { Binary: { } binary } => BinaryData.FromBytes(binary),
        DataList parts => BinaryData.FromBytes(Enumerable.Range(0, parts.Count).SelectMany(part => parts[part].Binary).ToArray()),
        AmqpValue { Value: string text } => BinaryData.FromBytes(Encoding.UTF8.GetBytes(text)),
        AmqpValue { Value: byte[] bytes } => BinaryData.FromBytes(bytes),
        _ => BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty),
    };

    public static IReadOnlyDictionary<string, object> Properties(ApplicationProperties? properties) =>
        properties?.Map.ToDictionary(property => property.Key.ToString()!, property => property.Value) ?? [];
}
