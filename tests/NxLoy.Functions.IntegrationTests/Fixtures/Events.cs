namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>CloudEvents as other modules send them.</summary>
public static class Events
{
    public const string OneType = "application/cloudevents+json";
    public const string BatchType = "application/cloudevents-batch+json";

    public static Typed One(object @event) => new(OneType, @event);

    public static Typed Batch(params IReadOnlyList<object> events) => new(BatchType, events);

    /// <param name="type">completed, refunded or voided.</param>
    public static object Of(string type, object data, string? id = null) => Told($"transactions.transaction.{type}", data, id);

    /// <summary>An event of any type.</summary>
    public static object Told(string type, object data, string? id = null) => new
    {
        specversion = "1.0", id = id ?? Guid.NewGuid().ToString(), source = "/tests", type, data,
    };

    public static object Balance(Guid business, Guid customerId, long balance, DateTimeOffset at, long? qualifyingPoints = null, string changedBy = "loyalty") =>
        Told("loyalty.balance.changed", new { businessId = business, customerId, balance, qualifyingPoints, changedBy, occurredAt = at });

    public static object Redemption(
        Guid business, Guid customerId, string? id = null, string reward = "Free cup", long points = 50, DateTimeOffset? at = null) =>
        Told("rewards.redemption.completed", new { redemptionId = id ?? Guid.NewGuid().ToString(), businessId = business, customerId, reward, points, occurredAt = at ?? DateTimeOffset.UtcNow });

    public static object Message(
        Guid business, Guid customerId, string? id = null, string subject = "Spring teas", string? body = null, DateTimeOffset? at = null) =>
        Told("communications.message.sent", new
        {
            messageId = id ?? Guid.NewGuid().ToString(), businessId = business, customerId, channel = "EMAIL", purpose = "NEWSLETTER", subject, body,
            occurredAt = at ?? DateTimeOffset.UtcNow,
        });

    public static object Business(
        Guid business, DateTimeOffset at, string name = "A business", string status = "ACTIVE", string timeZone = "UTC", string currency = "USD",
        string region = "US") =>
        Told("businesses.business.changed", new { businessId = business, name, status, timeZone, currency, defaultRegion = region, occurredAt = at });

    public static object Sale(Guid business, Guid customerId, decimal amount = 10, string? transactionId = null, DateTimeOffset? at = null) =>
        Of("completed", Data(business, amount, transactionId ?? Guid.NewGuid().ToString(), at, customerId));

    /// <summary>The data of a transaction; its customer by one of the four names.</summary>
    public static Dictionary<string, object> Data(
        Guid business, decimal amount, string transactionId, DateTimeOffset? at = null, Guid? customerId = null, string? externalId = null,
        string? email = null, string? phone = null, string? original = null, object? items = null)
    {
        var data = new Dictionary<string, object?>
        {
            ["businessId"] = business, ["transactionId"] = transactionId, ["amount"] = amount, ["currency"] = "USD",
            ["occurredAt"] = at ?? DateTimeOffset.UtcNow, ["customerId"] = customerId, ["customerExternalId"] = externalId, ["email"] = email,
            ["phone"] = phone, ["originalTransactionId"] = original, ["items"] = items,
        };
        return data.Where(field => field.Value is not null).ToDictionary(field => field.Key, field => field.Value!);
    }

    /// <summary>Sends them as one batch to the business that they are of.</summary>
    public static Task<Answer> TellAsync(this TestApp app, Guid business, params IReadOnlyList<object> events) =>
        app.AsOf(business, "service").PostAsync("/api/v1/events", Batch(events));

    /// <summary>What became of each, as "status code".</summary>
    public static IReadOnlyList<string> Outcomes(this Answer answer) =>
        [.. answer.Expect(200).Json["results"]!.AsArray().Select(result => $"{result!["status"]} {result["code"]}".Trim())];
}
