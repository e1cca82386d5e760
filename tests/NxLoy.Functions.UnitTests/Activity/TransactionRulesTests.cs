using NxLoy.Functions.Activity;
using static NxLoy.Functions.Activity.TransactionKind;
using static NxLoy.Functions.Activity.TransactionStatus;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class TransactionRulesTests
{
    private static readonly Guid Anna = Guid.NewGuid();
    private static readonly Guid Ben = Guid.NewGuid();
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(SALE, 0, null, Accepted, null)]
    [InlineData(SALE, 10.1234, null, Accepted, null)]
    [InlineData(SALE, 10_000_000_000, null, Accepted, null)]
    [InlineData(SALE, 10_000_000_001, null, Rejected, "invalid_amount")]
    [InlineData(SALE, -0.01, null, Rejected, "invalid_amount")]
    [InlineData(SALE, 0.00001, null, Rejected, "invalid_amount")]
    [InlineData(SALE, 10, "sale", Rejected, "original_not_allowed")]
    [InlineData(REFUND, 10, null, Rejected, "original_missing")]
    [InlineData(VOID, 10, null, Rejected, "original_missing")]
    [InlineData(REFUND, 10, "", Rejected, "invalid_original")]
    [InlineData(REFUND, 10, "not here", Retry, "sale_not_arrived")]
    [InlineData(VOID, 10, "not here", Retry, "sale_not_arrived")]
    [InlineData(REFUND, 70, "sale", Accepted, null)] // 100, of which 30 are refunded
    [InlineData(REFUND, 70.01, "sale", Rejected, "refund_exceeds_sale")]
    [InlineData(REFUND, 0, "sale", Accepted, null)]
    [InlineData(VOID, 100, "sale", Accepted, null)]
    [InlineData(VOID, 0, "sale", Accepted, null)]
    [InlineData(VOID, 100.01, "sale", Rejected, "refund_exceeds_sale")]
    [InlineData(REFUND, 1, "refund", Rejected, "original_is_no_sale")]
    [InlineData(REFUND, 1, "Ben's", Rejected, "customer_mismatch")]
    public void OneFact_IsJudgedByWhatIsKnown(TransactionKind kind, decimal amount, string? original, TransactionStatus status, string? code) =>
        Assert.Equal(new TransactionOutcome("new", status, code), Judge(Fact(kind, amount, original: original)).Outcome);

    [Theory]
    [InlineData(0, Accepted, null)]
    [InlineData(300, Accepted, null)]
    [InlineData(301, Rejected, "future_dated")]
    [InlineData(-31_536_000, Accepted, null)]
    [InlineData(-2_000_000_000, Rejected, "invalid_time")]
    public void OccurredAt_MayBeFiveMinutesAhead(int secondsAhead, TransactionStatus status, string? code) =>
        Assert.Equal(new TransactionOutcome("new", status, code), Judge(Fact(SALE, 1) with { OccurredAt = Now.AddSeconds(secondsAhead) }).Outcome);

    [Theory]
    [InlineData("EUR")]
    [InlineData("usd")]
    [InlineData("")]
    public void AnotherCurrency_IsRefused(string currency) =>
        Assert.Equal("currency_mismatch", Judge(Fact(SALE, 1) with { Currency = currency }).Outcome.Code);

    [Fact]
    public void Id_ThatCannotBeStored_IsRefused()
    {
        // Not InlineData: an attribute's text is stored as UTF-8, which has no half surrogate pairs.
        string[] refused = ["", "a\0b", "\ud83c", "a\ud83c", "\ud83cb", "\udf89\ud83c"];

        Assert.All(refused, id => Assert.Equal("invalid_transaction_id", Judge(Fact(SALE, 1, id)).Outcome.Code));
    }

    [Fact]
    public void Id_OfAnyStorableText_IsAccepted()
    {
        Assert.Equal(Accepted, Judge(Fact(SALE, 1, "kassa 🎉 №1")).Outcome.Status);
        Assert.Equal(Accepted, Judge(Fact(SALE, 1, new string('x', 255))).Outcome.Status);
        Assert.Equal(Rejected, Judge(Fact(SALE, 1, new string('x', 256))).Outcome.Status);
    }

    [Fact]
    public void Items_ThatCannotBeStored_AreRefused()
    {
        TransactionItem[] refused = [new("", null, 1, 1), new("a\0", null, 1, 1), new("a", "\0", 1, 1), new("a", null, 2_000_000_000, 1), new("a", null, 1, -20_000_000_000)];

        Assert.All(refused, item => Assert.Equal("invalid_items", Judge(Fact(SALE, 1) with { Items = [item] }).Outcome.Code));
        Assert.Equal(Accepted, Judge(Fact(SALE, 1) with { Items = [new("a", null, 0.333333m, -1)] }).Outcome.Status);
    }

    [Fact]
    public void UnknownCustomer_IsUnlinked() =>
        Assert.Equal(Unlinked, Judge(Fact(SALE, 1) with { CustomerId = Guid.NewGuid() }).Outcome.Status);

    [Fact]
    public void RecordedId_IsADuplicateWhateverElseItSays() =>
        Assert.Equal(Duplicate, Judge(Fact(SALE, -1, "sale") with { Currency = "EUR", CustomerId = Guid.NewGuid() }).Outcome.Status);

    [Fact]
    public void RepeatedIdInABatch_IsJudgedOnce()
    {
        var judged = Judge(Fact(SALE, -1, "a"), Fact(SALE, 1, "a"), Fact(SALE, 1, "a"));

        Assert.Equal([Rejected, Accepted, Duplicate], judged.Select(one => one.Outcome.Status));
    }

    [Fact]
    public void RefundBeforeItsSaleInABatch_FindsIt()
    {
        var judged = Judge(Fact(REFUND, 6, "r1", "s"), Fact(REFUND, 5, "r2", "s"), Fact(VOID, 10, "v", "s"), Fact(SALE, 10, "s"), Fact(REFUND, 4, "r3", "s"));

        Assert.Equal([Accepted, Rejected, Accepted, Accepted, Accepted], judged.Select(one => one.Outcome.Status));
        Assert.Equal(["r1", "r2", "v", "s", "r3"], judged.Select(one => one.Outcome.TransactionId));
    }

    [Fact]
    public void RefundOfARefusedSaleInABatch_WaitsForTheSale() =>
        Assert.Equal([Rejected, Retry], Judge(Fact(SALE, -1, "s"), Fact(REFUND, 1, "r", "s")).Select(one => one.Outcome.Status));

    [Fact]
    public void LocalDay_IsTheBusinesss_AndARefundHasItsSales()
    {
        var late = new DateTimeOffset(2026, 3, 8, 4, 30, 0, TimeSpan.Zero); // the evening before in New York

        var judged = TransactionRules.Judge(
            [Fact(SALE, 1, "s") with { OccurredAt = late }, Fact(REFUND, 1, "r1", "s"), Fact(REFUND, 1, "r2", "sale")],
            Known(), "USD", "America/New_York", Now);

        Assert.Equal([new(2026, 3, 7), new(2026, 3, 7), new(2026, 1, 1)], judged.Select(one => one.LocalDay));
    }

    [Fact]
    public void Effect_IsWhatAFactDoesToTheFigures()
    {
        var judged = Judge(
            Fact(SALE, 10, "s"), Fact(REFUND, 4, "r1", "s"), Fact(REFUND, 6, "r2", "s"), Fact(VOID, 10, "v", "s"), // nothing is left to void
            Fact(REFUND, 20, "r3", "sale"), Fact(VOID, 100, "w", "sale"), Fact(REFUND, 50, "r4", "sale"), Fact(SALE, 0, "free"));

        Assert.Equal(
            [(10, 1), (-4, 0), (-6, -1), (0, 0), (-20, 0), (-50, -1), (0, 0), (0, 1)],
            judged.Select(one => (one.Effect.Spent, one.Effect.Visits)));
        Assert.Equal(["s", null, null, null, null, null, null, "free"], judged.Select(one => one.Effect.Sale));
        Assert.Equal([null, "s", "s", "s", "sale", "sale", "sale", null], judged.Select(one => one.Effect.Reversed));
    }

    private static TransactionFact Fact(TransactionKind kind, decimal amount, string id = "new", string? original = null) => new()
    {
        TransactionId = id,
        CustomerId = Anna,
        Kind = kind,
        Amount = amount,
        Currency = "USD",
        OccurredAt = Now,
        OriginalTransactionId = original,
    };

    private static TransactionRules.Known Known() => new(
        new HashSet<Guid> { Anna, Ben },
        new HashSet<string> { "sale", "refund", "Ben's" },
        new Dictionary<string, TransactionRules.Sale>
        {
            ["sale"] = new(Anna, 100, 30, false, new DateOnly(2026, 1, 1)),
            ["Ben's"] = new(Ben, 100, 0, false, new DateOnly(2026, 1, 1)),
        });

    private static TransactionRules.Judgement Judge(TransactionFact fact) => Judge([fact])[0];

    private static IReadOnlyList<TransactionRules.Judgement> Judge(params TransactionFact[] facts) =>
        TransactionRules.Judge(facts, Known(), "USD", "UTC", Now);
}
