using NxLoy.Functions.Customers;
using NxLoy.Functions.Tiers;

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
    /// <param name="CustomerId">Whose it is.</param>
    /// <param name="Amount">What was paid.</param>
    /// <param name="Refunded">What its refunds have given back.</param>
    /// <param name="IsVoided">It was taken back as a whole.</param>
    /// <param name="LocalDay">The business's date that it counts on.</param>
    public sealed record Sale(Guid CustomerId, decimal Amount, decimal Refunded, bool IsVoided, DateOnly LocalDay)
    {
        /// <summary>Its place in the batch, where it came in it: what it is about has no effect before it has.</summary>
        internal int Place { get; init; }

        /// <summary>Whether it counts: the same as in customer_metrics and in the windows of tiers.</summary>
        internal bool Stands => !IsVoided && (Refunded < Amount || Amount == 0);

        /// <summary>What of it counts as spent.</summary>
        internal decimal Left => Stands ? Amount - Refunded : 0;
    }

    /// <summary>What is recorded of the transactions that a batch names.</summary>
    /// <param name="Customers">Those of the named customers that exist, deleted ones included: money is counted as ever.</param>
    /// <param name="Ids">Every recorded transaction that the batch names, as itself or as an original.</param>
    /// <param name="Sales">The sales among them.</param>
    public sealed record Known(IReadOnlySet<Guid> Customers, IReadOnlySet<string> Ids, IReadOnlyDictionary<string, Sale> Sales);

    /// <param name="Fact">What was told.</param>
    /// <param name="Outcome">What becomes of it.</param>
    /// <param name="Before">Of an accepted refund or void its sale before it; else null.</param>
    /// <param name="After">Of an accepted fact the sale, which is itself or what it reverses, after it; else null.</param>
    public sealed record Judgement(TransactionFact Fact, TransactionOutcome Outcome, Sale? Before = null, Sale? After = null)
    {
        /// <summary>The business's date that an accepted fact counts on; of a refund or void its sale's.</summary>
        public DateOnly LocalDay => After?.LocalDay ?? default;

        /// <summary>What of an accepted fact its customer's figures follow.</summary>
        internal SaleChange Change => new(
            Fact.CustomerId, After!.Left - (Before?.Left ?? 0), (After.Stands ? 1 : 0) - (Before is { Stands: true } ? 1 : 0), Fact.OccurredAt, LocalDay);

        /// <summary>What tiers follow of it.</summary>
        internal TierEvent Effect
        {
            get
            {
                var change = Change;
                return new TierEvent(Fact.CustomerId)
                {
                    Sale = Fact.Kind == TransactionKind.SALE ? Fact.TransactionId : null,
                    Reversed = Fact.OriginalTransactionId,
                    Day = change.Day,
                    Spent = change.Spent,
                    Visits = change.Visits,
                };
            }
        }
    }

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
            judgements[index] = outcome.Status == TransactionStatus.Accepted ? Record(fact, outcome, recorded, sales, timeZone) : new Judgement(fact, outcome);
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

    private static Judgement Record(TransactionFact fact, TransactionOutcome outcome, HashSet<string> recorded, Dictionary<string, Sale> sales, string timeZone)
    {
        recorded.Add(fact.TransactionId);
        var before = fact.OriginalTransactionId is { } original ? sales[original] : null;
        var after = before is null ? new Sale(fact.CustomerId, fact.Amount, 0, false, BusinessCalendar.LocalDay(fact.OccurredAt, timeZone)) { Place = fact.Place }
            : fact.Kind == TransactionKind.VOID ? before with { IsVoided = true }
            : before with { Refunded = before.Refunded + fact.Amount };
        sales[fact.OriginalTransactionId ?? fact.TransactionId] = after;
        return new Judgement(fact, outcome, before, after);
    }
}
