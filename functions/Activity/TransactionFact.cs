namespace NxLoy.Functions.Activity;

/// <summary>What happened at the till.</summary>
public enum TransactionKind
{
    SALE,

    /// <summary>Gives a part of a sale back, or all of it.</summary>
    REFUND,

    /// <summary>Takes a whole sale back, whatever amount it states.</summary>
    VOID,
}

/// <summary>A transaction as another system tells it, of one business.</summary>
public sealed record TransactionFact
{
    /// <summary>Unique in the business, 1-255 characters; a refund or void has its own.</summary>
    public required string TransactionId { get; init; }

    public required Guid CustomerId { get; init; }

    public required TransactionKind Kind { get; init; }

    /// <summary>0 or more, at most 4 decimals, in <see cref="Currency"/>; of a refund what it gives back.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217; only the business's own is accepted.</summary>
    public required string Currency { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The sale that a refund or void is about; null on a sale.</summary>
    public string? OriginalTransactionId { get; init; }

    public IReadOnlyList<TransactionItem> Items { get; init; } = [];

    /// <summary>Its place among all that arrived together: tiers follow events in the order in which they came.</summary>
    internal int Place { get; init; }
}

/// <summary>One line of a transaction.</summary>
/// <param name="Product">Name or number of the product.</param>
/// <param name="Category">Null when the product has none.</param>
/// <param name="Quantity">Pieces, kilograms...: kept to 4 decimals.</param>
/// <param name="UnitPrice">In the transaction's currency, kept to 4 decimals; negative on a discount's line.</param>
public sealed record TransactionItem(string Product, string? Category, decimal Quantity, decimal UnitPrice);
