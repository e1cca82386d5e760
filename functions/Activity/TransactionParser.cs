namespace NxLoy.Functions.Activity;

/// <summary>Reads the data of transactions.transaction.completed, refunded and voided.</summary>
internal static class TransactionParser
{
    /// <summary>What is told; worth nothing when <paramref name="data"/> has faults afterwards.</summary>
    public static ToldTransaction Parse(EventFields data, TransactionKind kind)
    {
        var (id, externalId, email, phone) = (
            data.Id("customerId", isNeeded: false), data.Text("customerExternalId", isNeeded: false)?.Trim(),
            data.Text("email", isNeeded: false)?.Trim(), data.Text("phone", isNeeded: false));
        if (id is null && externalId is null && email is null && phone is null && data.Faults.Count == 0)
        {
            data.Fault("customerId", "or customerExternalId, email or phone must be there");
        }

        var fact = new TransactionFact
        {
            TransactionId = data.Text("transactionId") ?? "",
            CustomerId = id ?? Guid.Empty,
            Kind = kind,
            Amount = data.Number("amount") ?? 0,
            Currency = data.Text("currency") ?? "",
            OccurredAt = data.Time("occurredAt") ?? default,
            OriginalTransactionId = data.Text("originalTransactionId", isNeeded: kind != TransactionKind.SALE),
            Items = [.. data.Objects("items", TransactionRules.MaxItems).Select(Item)],
        };

        // Where several are given, the first in this order decides.
        return new ToldTransaction(
            data.Id("businessId") ?? Guid.Empty, fact,
            id is null ? externalId : null,
            id is null && externalId is null ? email : null,
            id is null && externalId is null && email is null ? phone : null);
    }

    private static TransactionItem Item(EventFields item) => new(
        item.Text("product") ?? "", item.Text("category", isNeeded: false), item.Number("quantity") ?? 0, item.Number("unitPrice") ?? 0);
}
