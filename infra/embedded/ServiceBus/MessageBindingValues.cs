using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>What messages offer by name: texts as they are, everything else as JSON; of a batch a list each, with <c>Array</c> behind its name.</summary>
internal sealed class MessageBindingValues(IReadOnlyList<ServiceBusReceivedMessage> messages, bool isBatched) : BindingContext
{
    private static readonly (string Name, Func<ServiceBusReceivedMessage, object?> Value)[] Known =
    [
        ("MessageId", message => message.MessageId),
        ("DeliveryCount", message => message.DeliveryCount),
        ("EnqueuedTimeUtc", message => message.EnqueuedTime.UtcDateTime),
        ("ExpiresAtUtc", message => message.ExpiresAt.UtcDateTime),
        ("SequenceNumber", message => message.SequenceNumber),
        ("LockToken", message => message.LockToken),
        ("ContentType", message => message.ContentType),
        ("CorrelationId", message => message.CorrelationId),
        ("Subject", message => message.Subject),
        ("To", message => message.To),
        ("ReplyTo", message => message.ReplyTo),
        ("DeadLetterSource", message => message.DeadLetterSource),
        ("ApplicationProperties", message => message.ApplicationProperties),
    ];

    private IReadOnlyDictionary<string, object?>? data;

    public override IReadOnlyDictionary<string, object?> BindingData => data ??= Known.ToDictionary(
        known => isBatched ? known.Name + "Array" : known.Name,
        known => isBatched ? JsonSerializer.Serialize(messages.Select(known.Value)) : AsText(known.Value(messages[0])),
        StringComparer.OrdinalIgnoreCase);

    private static object? AsText(object? value) => value switch
    {
        null or string => value,
        IFormattable and not DateTime => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value),
    };
}
