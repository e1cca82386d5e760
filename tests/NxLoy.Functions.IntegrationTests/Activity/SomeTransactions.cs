using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Activity;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>Transactions for tests, and how they are recorded.</summary>
internal static class SomeTransactions
{
    private static int counter;

    public static RecordTransactions Record(this TestApp app) => app.Host.Services.GetRequiredService<RecordTransactions>();

    /// <summary>Records them for the first business.</summary>
    public static async Task<IReadOnlyList<TransactionOutcome>> RecordAsync(this TestApp app, params TransactionFact[] facts) =>
        (await app.Record().ExecuteAsync(app.Business, facts, CancellationToken.None)).Value;

    public static async Task<System.Text.Json.Nodes.JsonObject> ProfileAsync(this TestApp app, Guid customer) =>
        (await app.As("owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;

    public static TransactionFact Sale(Guid customer, decimal amount, DateTimeOffset occurredAt) => new()
    {
        TransactionId = $"t-{Interlocked.Increment(ref counter)}",
        CustomerId = customer,
        Kind = TransactionKind.SALE,
        Amount = amount,
        Currency = "USD",
        OccurredAt = occurredAt,
    };

    public static TransactionFact Reverse(TransactionKind kind, TransactionFact sale, decimal amount) =>
        Sale(sale.CustomerId, amount, sale.OccurredAt.AddMinutes(1)) with { Kind = kind, OriginalTransactionId = sale.TransactionId };
}
