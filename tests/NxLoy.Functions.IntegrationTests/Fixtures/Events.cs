namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>CloudEvents as other modules send them.</summary>
public static class Events
{
    public const string OneType = "application/cloudevents+json";
    public const string BatchType = "application/cloudevents-batch+json";

    public static Typed One(object @event) => new(OneType, @event);

    public static Typed Batch(params IReadOnlyList<object> events) => new(BatchType, events);

    public static object Of(string type, object data, string? id = null) => new
    {
        specversion = "1.0", id = id ?? Guid.NewGuid().ToString(), source = "/tests", type = $"transactions.transaction.{type}", data,
    };

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

    /// <summary>What became of each, as "status code".</summary>
    public static IReadOnlyList<string> Outcomes(this Answer answer) =>
        [.. answer.Expect(200).Json["results"]!.AsArray().Select(result => $"{result!["status"]} {result["code"]}".Trim())];
}
