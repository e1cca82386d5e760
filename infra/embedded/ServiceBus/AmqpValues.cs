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

    /// <summary>The bytes of a data body; none where there is no body.</summary>
    /// <exception cref="NotSupportedException">It is a value or a sequence of AMQP's own types, which other clients send as texts.</exception>
    public static BinaryData Body(Message message) => message.BodySection switch
    {
        Data { Binary: { } binary } => BinaryData.FromBytes(binary),
        DataList parts => BinaryData.FromBytes(Enumerable.Range(0, parts.Count).SelectMany(part => parts[part].Binary).ToArray()),
        null or Data => BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty),
        var other => throw new NotSupportedException($"A body of {other.GetType().Name} has no bytes; only that of a data section can be read."),
    };

    public static IReadOnlyDictionary<string, object> Properties(ApplicationProperties? properties) =>
        properties?.Map.ToDictionary(property => property.Key.ToString()!, property => property.Value) ?? [];
}
