using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>The body of POST /events: the content type says whether it is one event or a batch.</summary>
internal static class EventBody
{
    public const string One = "application/cloudevents+json";
    public const string Batch = "application/cloudevents-batch+json";

    /// <summary>Bytes: 1,000 events with a receipt of a hundred lines each.</summary>
    public const int Limit = 8 * 1024 * 1024;

    public static async Task<Result<IReadOnlyList<JsonElement>>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = await request.ReadDocumentAsync(Limit, [One, Batch], cancellation);
        if (body.Failed(out var problem))
        {
            return problem;
        }

        var isBatch = Body.IsOf(request.ContentType, [Batch]);
        return body.Value.ValueKind != (isBatch ? JsonValueKind.Array : JsonValueKind.Object) ? ActivityProblems.NotAnEvent
            : isBatch ? body.Value.EnumerateArray().ToArray()
            : new[] { body.Value };
    }

    /// <summary>The schema of each content type, for the API's description.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Schemas() => new Dictionary<string, JsonObject>
    {
        [One] = Event(),
        [Batch] = new() { ["type"] = "array", ["maxItems"] = TakeInEvents.MaxEvents, ["items"] = Event() },
    };

    private static JsonObject Event() => Of(
        ["specversion", "id", "source", "type", "data"],
        ("specversion", new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("1.0") }),
        ("id", Text("By this an event is told from others: sent again it has no second effect.")),
        ("source", Text("Who says so, a URI.")),
        ("type", Text("transactions.transaction.completed, .refunded or .voided; any other is rejected as unknown_type.")),
        ("time", Text("When it was said, RFC 3339.")),
        ("subject", Text("Passed over.")),
        ("datacontenttype", Text("application/json.")),
        ("data", Transaction()));

    private static JsonObject Transaction() => Of(
        ["transactionId", "businessId", "amount", "currency", "occurredAt"],
        ("transactionId", Text("Unique in the business; a refund or void has its own.")),
        ("businessId", Id("The caller's business.")),
        ("customerId", Id("This, customerExternalId, email or phone; the first that is given decides.")),
        ("customerExternalId", Text("The business's own number for the customer.")),
        ("email", Text("Compared without case.")),
        ("phone", Text("In any form; without a country code it is the business's region's.")),
        ("amount", new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = TransactionRules.MaxAmount, ["description"] = "Never negative; at most 4 decimals." }),
        ("currency", Text("The business's own.")),
        ("occurredAt", Text("RFC 3339; at most 5 minutes ahead.")),
        ("originalTransactionId", Text("The sale that a refund or void is about.")),
        ("items", new JsonObject
        {
            ["type"] = "array",
            ["maxItems"] = TransactionRules.MaxItems,
            ["items"] = Of(
                ["product", "quantity", "unitPrice"],
                ("product", Text("Name or number.")),
                ("category", Text("Null where it has none.", isNullable: true)),
                ("quantity", new JsonObject { ["type"] = "number" }),
                ("unitPrice", new JsonObject { ["type"] = "number" })),
        }));

    // What is not named here may stand there too, and is passed over.
    private static JsonObject Of(string[] required, params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]),
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Schema))),
    };

    private static JsonObject Text(string description, bool isNullable = false) => new()
    {
        ["type"] = isNullable ? new JsonArray("string", "null") : "string",
        ["minLength"] = 1,
        ["maxLength"] = TransactionRules.IdLength,
        ["description"] = description,
    };

    private static JsonObject Id(string description) => new() { ["type"] = "string", ["format"] = "uuid", ["description"] = description };
}
