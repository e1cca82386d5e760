using System.Buffers;
using System.Text.Json;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Messaging;

/// <summary>CloudEvents 1.0 in their JSON format, as one message each (structured mode).</summary>
internal static class CloudEvent
{
    public const string ContentType = "application/cloudevents+json";

    /// <summary>Who says so; together with its id it names an event for ever.</summary>
    public const string Source = "/nxloy/customers";

    /// <summary>The application property that subscriptions filter by.</summary>
    public const string Business = "businessId";

    public static OutgoingMessage Of(WaitingEvent waiting) => new(waiting.Id.ToString(), waiting.Type, ContentType, Body(waiting))
    {
        Group = waiting.Key.ToString(),
        Properties = new Dictionary<string, object> { [Business] = waiting.BusinessId.ToString() },
    };

    private static ReadOnlyMemory<byte> Body(WaitingEvent waiting)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = Json.Options.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", waiting.Id);
            json.WriteString("source", Source);
            json.WriteString("type", waiting.Type);
            if (waiting.CustomerId is { } customer)
            {
                json.WriteString("subject", customer);
            }

            json.WriteString("time", waiting.OccurredAt.UtcDateTime);
            json.WriteString("datacontenttype", "application/json");
            json.WritePropertyName("data");
            json.WriteRawValue(waiting.Data);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
