using System.Text.Json.Nodes;

namespace NxLoy.Functions.Activity;

/// <summary>The JSON schema of events, for the API's description; a test holds it against what the parsers accept.</summary>
internal static class EventSchema
{
    /// <summary>Of an event of any type that is taken in.</summary>
    public static JsonObject OfEvent() => new()
    {
        ["anyOf"] = new JsonArray(
            Event(Transaction(), EventTypes.Completed, EventTypes.Refunded, EventTypes.Voided),
            Event(Balance(), EventTypes.Balance),
            Event(Redemption(), EventTypes.Redemption),
            Event(Communication(), EventTypes.Communication),
            Event(Business(), EventTypes.Business)),
    };

    private static JsonObject Event(JsonObject data, params string[] types) => Of(
        ["specversion", "id", "source", "type", "data"],
        ("specversion", OneOf("The version of CloudEvents.", "1.0")),
        ("id", Text("By this an event is told from others: sent again it has no second effect.")),
        ("source", Text("Who says so, a URI.")),
        ("type", OneOf("Any other type is rejected as unknown_type, another version of one of these as unknown_version.", types)),
        ("time", Text("When it was said, RFC 3339.")),
        ("subject", Text("Passed over.")),
        ("datacontenttype", Text("application/json.")),
        ("dataschema", Text("Where it ends in a version, that must be v1.")),
        ("data", data));

    private static JsonObject Transaction() => Of(
        ["transactionId", "businessId", "amount", "currency", "occurredAt"],
        ("transactionId", Text("Unique in the business; a refund or void has its own.")),
        BusinessId,
        ("customerId", Id("This, customerExternalId, email or phone; the first that is given decides.")),
        ("customerExternalId", Text("The business's own number for the customer.")),
        ("email", Text("Compared without case.")),
        ("phone", Text("In any form; without a country code it is the business's region's.")),
        ("amount", new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = TransactionRules.MaxAmount, ["description"] = "Never negative; at most 4 decimals." }),
        ("currency", Text("The business's own.")),
        OccurredAt,
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

    private static JsonObject Balance() => Of(
        ["businessId", "customerId", "balance", "changedBy", "occurredAt"],
        BusinessId, CustomerId,
        ("balance", Whole("Points that can be spent; below 0 where some were taken back that were spent.", -EventRules.MaxPoints)),
        ("qualifyingPoints", Whole("Points that count towards tiers; without it the balance counts.", 0, isNullable: true)),
        ("changedBy", Text("Who or what changed them.")),
        OccurredAt);

    private static JsonObject Redemption() => Of(
        ["redemptionId", "businessId", "customerId", "reward", "points", "occurredAt"],
        ("redemptionId", Text("Unique in the business.")),
        BusinessId, CustomerId,
        ("reward", Text("What was taken.")),
        ("points", Whole("What it cost.", 0)),
        OccurredAt);

    private static JsonObject Communication() => Of(
        ["messageId", "businessId", "customerId", "channel", "purpose", "subject", "occurredAt"],
        ("messageId", Text("Unique in the business.")),
        BusinessId, CustomerId,
        ("channel", OneOf("How it went.", Enum.GetNames<CommunicationChannel>())),
        ("purpose", OneOf("What it was for.", Enum.GetNames<CommunicationPurpose>())),
        ("campaignId", Text("The campaign it belongs to.", isNullable: true)),
        ("segmentId", new JsonObject { ["type"] = new JsonArray("string", "null"), ["format"] = "uuid", ["description"] = "The segment it was sent to." }),
        ("subject", Text("Its subject; of a message without one, its first words.", max: CommunicationFact.SubjectLength)),
        ("body", Text("Its text. Only exports show it.", isNullable: true, CommunicationFact.BodyLength)),
        OccurredAt);

    private static JsonObject Business() => Of(
        ["businessId", "name", "status", "timeZone", "currency", "defaultRegion", "occurredAt"],
        BusinessId,
        ("name", Text("What it is called.")),
        ("status", OneOf("CLOSED can only be read; ACTIVE opens it again.", "ACTIVE", "CLOSED")),
        ("timeZone", Text("IANA zone; another one than before counts all its days anew.")),
        ("currency", Text("ISO 4217; fixed once there is a transaction.")),
        ("defaultRegion", Text("ISO 3166 alpha-2: whose a phone without a country code is.")),
        OccurredAt);

    private static (string, JsonObject) BusinessId => ("businessId", Id("The caller's business."));

    private static (string, JsonObject) CustomerId => ("customerId", Id("Whom it is about."));

    private static (string, JsonObject) OccurredAt => ("occurredAt", Text("RFC 3339; at most 5 minutes ahead."));

    // What is not named here may stand there too, and is passed over.
    private static JsonObject Of(string[] required, params (string Name, JsonObject Schema)[] properties) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]),
        ["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Name, (JsonNode?)property.Schema))),
    };

    private static JsonObject OneOf(string description, params string[] words) => new()
    {
        ["type"] = "string", ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]), ["description"] = description,
    };

    private static JsonObject Whole(string description, long min, bool isNullable = false) => new()
    {
        ["type"] = isNullable ? new JsonArray("integer", "null") : "integer",
        ["minimum"] = min,
        ["maximum"] = EventRules.MaxPoints,
        ["description"] = description,
    };

    private static JsonObject Text(string description, bool isNullable = false, int max = TransactionRules.IdLength) => new()
    {
        ["type"] = isNullable ? new JsonArray("string", "null") : "string",
        ["minLength"] = 1,
        ["maxLength"] = max,
        ["description"] = description,
    };

    private static JsonObject Id(string description) => new() { ["type"] = "string", ["format"] = "uuid", ["description"] = description };
}
