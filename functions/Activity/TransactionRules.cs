namespace NxLoy.Functions.Activity;

/// <summary>Which transactions count. Pure: what is known is handed in, what becomes of each fact comes out.</summary>
public static class TransactionRules
{
    /// <summary>The largest amount accepted, so that a customer's total always fits its column.</summary>
    public const decimal MaxAmount = 10_000_000_000;

    public const int IdLength = 255;
    public const int MaxItems = 1000;

    private const int Decimals = 4;
    private const decimal MaxFigure = 1_000_000_000;

    /// <summary>A sale recorded so far.</summary>
    /// <param name="Refunded">What its refunds have given back.</param>
    public sealed record Sale(Guid CustomerId, decimal Amount, decimal Refunded, DateOnly LocalDay);

    /// <summary>What is recorded of the transactions that a batch names.</summary>
    /// <param name="Customers">Those of the named customers that exist, deleted ones included: money is counted as ever.</param>
    /// <param name="Ids">Every recorded transaction that the batch names, as itself or as an original.</param>
    /// <param name="Sales">The sales among them.</param>
    public sealed record Known(IReadOnlySet<Guid> Customers, IReadOnlySet<string> Ids, IReadOnlyDictionary<string, Sale> Sales);

    /// <param name="LocalDay">The business's date that an accepted fact counts on; of a refund or void its sale's.</param>
    public sealed record Judgement(TransactionFact Fact, TransactionOutcome Outcome, DateOnly LocalDay);

    /// <summary>
    /// What becomes of each fact, in the order given. Sales are judged before refunds and voids, so that the order
    /// within a batch makes no difference; a repeated id is judged once.
    /// </summary>
    public static IReadOnlyList<Judgement> Judge(
        IReadOnlyList<TransactionFact> facts, Known known, string currency, string timeZone, DateTimeOffset now)
    {
        var recorded = new HashSet<string>(known.Ids, StringComparer.Ordinal);
        var sales = new Dictionary<string, Sale>(known.Sales, StringComparer.Ordinal);
        var judgements = new Judgement[facts.Count];
        foreach (var (fact, index) in facts.Select((fact, index) => (fact, index)).OrderBy(item => item.fact.Kind != TransactionKind.SALE))
        {
            var outcome = recorded.Contains(fact.TransactionId)
                ? new TransactionOutcome(fact.TransactionId, TransactionStatus.Duplicate)
                : Judge(fact, known.Customers, recorded, sales, currency, now);
            var isAccepted = outcome.Status == TransactionStatus.Accepted;
            judgements[index] = new Judgement(fact, outcome, isAccepted ? Record(fact, recorded, sales, timeZone) : default);
        }

        return judgements;
    }

    /// <summary>1-255 characters that PostgreSQL can store.</summary>
    public static bool IsId(string text) => IsText(text, IdLength);

    private static TransactionOutcome Judge(
        TransactionFact fact, IReadOnlySet<Guid> customers, HashSet<string> recorded, Dictionary<string, Sale> sales, string currency, DateTimeOffset now) =>
        FaultOf(fact, currency, now) is { } fault ? new(fact.TransactionId, TransactionStatus.Rejected, fault)
        : !customers.Contains(fact.CustomerId) ? new(fact.TransactionId, TransactionStatus.Unlinked)
        : fact.Kind == TransactionKind.SALE ? new(fact.TransactionId, TransactionStatus.Accepted)
        : JudgeReversal(fact, recorded, sales);

    private static TransactionOutcome JudgeReversal(TransactionFact fact, HashSet<string> recorded, Dictionary<string, Sale> sales)
    {
        var original = fact.OriginalTransactionId!;
        return !sales.TryGetValue(original, out var sale)
                ? recorded.Contains(original) ? Rejected("original_is_no_sale") : new(fact.TransactionId, TransactionStatus.Retry, "sale_not_arrived")
            : sale.CustomerId != fact.CustomerId ? Rejected("customer_mismatch")
            : fact.Amount > sale.Amount - (fact.Kind == TransactionKind.REFUND ? sale.Refunded : 0) ? Rejected("refund_exceeds_sale")
            : new(fact.TransactionId, TransactionStatus.Accepted);

        TransactionOutcome Rejected(string code) => new(fact.TransactionId, TransactionStatus.Rejected, code);
    }

    /// <summary>What is wrong with a fact whatever else is known; null when nothing is.</summary>
    private static string? FaultOf(TransactionFact fact, string currency, DateTimeOffset now) => fact switch
    {
        _ when !IsId(fact.TransactionId) => "invalid_transaction_id",
        { Kind: not (TransactionKind.SALE or TransactionKind.REFUND or TransactionKind.VOID) } => "invalid_kind",
        { Kind: TransactionKind.SALE, OriginalTransactionId: not null } => "original_not_allowed",
        { Kind: not TransactionKind.SALE, OriginalTransactionId: null } => "original_missing",
        { OriginalTransactionId: { } original } when !IsId(original) => "invalid_original",
        _ when fact.Currency != currency => "currency_mismatch",
        _ when fact.Amount is < 0 or > MaxAmount || decimal.Round(fact.Amount, Decimals) != fact.Amount => "invalid_amount",
        _ when EventRules.TimeFaultOf(fact.OccurredAt, now) is { } fault => fault,
        _ when fact.Items.Count > MaxItems || !fact.Items.All(IsItem) => "invalid_items",
        _ => null,
    };

    private static bool IsItem(TransactionItem item) =>
        IsText(item.Product, IdLength) && (item.Category is null || IsText(item.Category, IdLength))
        && Math.Abs(item.Quantity) <= MaxFigure && Math.Abs(item.UnitPrice) <= MaxAmount;

    /// <summary>1 to so many characters that PostgreSQL can store: what it cannot would fail the whole batch, every time it is sent again.</summary>
    public static bool IsText(string text, int max)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\0' || char.IsSurrogate(text[at]) && !char.IsSurrogatePair(text, at++))
            {
                return false;
            }
        }

        return text.Length > 0 && text.Length <= max;
    }

    private static DateOnly Record(TransactionFact fact, HashSet<string> recorded, Dictionary<string, Sale> sales, string timeZone)
    {
        recorded.Add(fact.TransactionId);
        var original = fact.OriginalTransactionId ?? fact.TransactionId;
        sales[original] = fact.Kind == TransactionKind.SALE
            ? new Sale(fact.CustomerId, fact.Amount, 0, BusinessCalendar.LocalDay(fact.OccurredAt, timeZone))
            : sales[original] with { Refunded = sales[original].Refunded + (fact.Kind == TransactionKind.REFUND ? fact.Amount : 0) };
        return sales[original].LocalDay;
    }
}
