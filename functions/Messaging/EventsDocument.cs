using System.Text.Json.Nodes;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Every event that is published or taken in, as an AsyncAPI 3.0 document, made once from what the slices tell of theirs.
/// The same build and settings always make the same bytes.
/// </summary>
public sealed class EventsDocument(IEnumerable<EventDescription> events, EventOptions options)
{
    private readonly Lazy<byte[]> document = new(() => System.Text.Encoding.UTF8.GetBytes(Describe([.. events], options).ToJsonString(Json.Options)));

    /// <summary>The document in UTF-8.</summary>
    public byte[] Document => document.Value;

    private static JsonObject Describe(IReadOnlyList<EventDescription> events, EventOptions options)
    {
        var (outbound, inbound) = (events.Where(one => !one.IsInbound).ToList(), events.Where(one => one.IsInbound).ToList());
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "NxLoy customer management: events",
                ["version"] = "1",
                ["description"] = "CloudEvents 1.0 in structured mode over Azure Service Bus (AMQP 1.0). Payloads hold ids and facts and no personal data.",
                ["license"] = new JsonObject { ["name"] = "MIT" },
            },
            ["defaultContentType"] = CloudEvent.ContentType,
            ["servers"] = new JsonObject
            {
                ["serviceBus"] = new JsonObject
                {
                    ["host"] = "{namespace}.servicebus.windows.net:5671",
                    ["protocol"] = "amqps",
                    ["protocolVersion"] = "1.0.0",
                    ["description"] = "The namespace that the setting ServiceBus names.",
                    ["variables"] = new JsonObject { ["namespace"] = new JsonObject { ["description"] = "Its name." } },
                },
            },
            ["channels"] = new JsonObject
            {
                ["outbound"] = Channel(options.OutboundTopic, outbound, "The topic that this app publishes to. Events of one customer come in their order and share a session id; one may come twice, under the same id."),
                ["inbound"] = Channel(options.InboundTopic, inbound, $"The topic that this app consumes, by its subscription {options.InboundSubscription}. An event that comes twice has its effect once; what can never succeed is dead-lettered with its reason."),
            },
            ["operations"] = new JsonObject
            {
                ["publish"] = Operation("send", "outbound", outbound, "What other systems hear of customers."),
                ["consume"] = Operation("receive", "inbound", inbound, "What other systems tell of customers."),
            },
            ["components"] = new JsonObject
            {
                ["messages"] = new JsonObject(events.Select(one => KeyValuePair.Create(one.Type, (JsonNode?)Message(one)))),
                ["schemas"] = new JsonObject(events.Select(one => KeyValuePair.Create(one.Type, (JsonNode?)one.Data.DeepClone()))),
            },
        };
    }

    private static JsonObject Channel(string address, IReadOnlyList<EventDescription> events, string description) => new()
    {
        ["address"] = address,
        ["description"] = description,
        ["servers"] = new JsonArray(Reference("servers", "serviceBus")),
        ["messages"] = new JsonObject(events.Select(one => KeyValuePair.Create(one.Type, (JsonNode?)Reference("components/messages", one.Type)))),
    };

    private static JsonObject Operation(string action, string channel, IReadOnlyList<EventDescription> events, string summary) => new()
    {
        ["action"] = action,
        ["summary"] = summary,
        ["channel"] = Reference("channels", channel),
        ["messages"] = new JsonArray([.. events.Select(one => Reference($"channels/{channel}/messages", one.Type))]),
    };

    private static JsonObject Message(EventDescription one)
    {
        var message = new JsonObject
        {
            ["name"] = one.Type,
            ["summary"] = one.Summary,
            ["contentType"] = CloudEvent.ContentType,
            ["payload"] = one.IsInbound ? InboundEvent(one) : OutboundEvent(one),
        };
        if (!one.IsInbound)
        {
            message["headers"] = Object(
                [CloudEvent.Business], (CloudEvent.Business, Text("Whose event it is, for a subscription's filter (an application property).", "uuid")));
        }

        return message;
    }

    private static JsonObject OutboundEvent(EventDescription one)
    {
        var whole = Object(
            ["specversion", "id", "source", "type", "time", "datacontenttype", "data"],
            ("specversion", Word("1.0")),
            ("id", Text("Also the message id: who has seen it has seen the event.", "uuid")),
            ("source", Word(CloudEvent.Source)),
            ("type", Word(one.Type)),
            ("subject", Text("The customer whom it is about.", "uuid")),
            ("time", Text("When it became true.", "date-time")),
            ("datacontenttype", Word("application/json")),
            ("data", Reference("components/schemas", one.Type)));
        whole["additionalProperties"] = false;
        return whole;
    }

    // What is not named here may stand there too, and is passed over.
    private static JsonObject InboundEvent(EventDescription one) => Object(
        ["specversion", "id", "source", "type", "data"],
        ("specversion", Word("1.0")),
        ("id", Text("By this an event is told from others: sent again it has no second effect.")),
        ("source", Text("Who says so, a URI.")),
        ("type", Word(one.Type)),
        ("time", Text("When it was said.", "date-time")),
        ("datacontenttype", Text("application/json, where it is named.")),
        ("data", Reference("components/schemas", one.Type)));

    private static JsonObject Object(string[] required, params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]),
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Schema))),
    };

    private static JsonObject Word(string word) => new() { ["type"] = "string", ["enum"] = new JsonArray(word) };

    private static JsonObject Text(string description, string? format = null) => format is null
        ? new() { ["type"] = "string", ["description"] = description }
        : new() { ["type"] = "string", ["format"] = format, ["description"] = description };

    private static JsonObject Reference(string place, string name) => new() { ["$ref"] = $"#/{place}/{name}" };
}
