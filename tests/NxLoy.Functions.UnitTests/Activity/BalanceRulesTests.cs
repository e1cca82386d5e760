using NxLoy.Functions.Activity;

namespace NxLoy.Functions.UnitTests.Activity;

public sealed class BalanceRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Ann = Guid.NewGuid();
    private static readonly Guid Ben = Guid.NewGuid();

    [Theory]
    [InlineData(-10, "accepted ")]
    [InlineData(5, "accepted ")]
    [InlineData(6, "rejected future_dated")]
    [InlineData(-60 * 24 * 365 * 60, "rejected invalid_time")]
    public void Time_DecidesWhetherItCanBe(int minutes, string outcome) => Assert.Equal([outcome], Outcomes(Judge([Fact(Ann, minutes, 1)])));

    [Fact]
    public void Strangers_AreUnlinked() => Assert.Equal(["unlinked "], Outcomes(Judge([Fact(Guid.NewGuid(), 0, 1)])));

    [Fact]
    public void Latest_IsThePresentOne_WhateverTheOrder()
    {
        var judged = Judge([Fact(Ann, -1, 10), Fact(Ann, -3, 8), Fact(Ben, -9, 1), Fact(Ann, 0, 11), Fact(Ann, -2, 9)]);

        Assert.Equal(["accepted ", "accepted superseded", "accepted ", "accepted ", "accepted superseded"], Outcomes(judged));
        Assert.Equal([false, false, true, true, false], judged.Select(one => one.IsPresent));
    }

    [Fact]
    public void WhatIsOlderThanWhatIsKnown_IsNeverThePresentOne()
    {
        var judged = Judge([Fact(Ann, -5, 1), Fact(Ben, -5, 1)], latest: new() { [Ann] = Now });

        Assert.Equal(["accepted superseded", "accepted "], Outcomes(judged));
        Assert.Equal([false, true], judged.Select(one => one.IsPresent));
    }

    [Fact]
    public void OfOneInstant_TheLastToldIsThePresentOne()
    {
        var judged = Judge([Fact(Ann, 0, 1), Fact(Ann, 0, 2), Fact(Ann, 0, 1)], latest: new() { [Ann] = Now });

        Assert.Equal(["accepted ", "accepted ", "duplicate "], Outcomes(judged));
        Assert.Equal([false, true, false], judged.Select(one => one.IsPresent));
    }

    [Fact]
    public void RecordedChange_IsADuplicate_UnlessItsPointsDiffer() => Assert.Equal(
        ["duplicate ", "accepted ", "accepted "],
        Outcomes(Judge(
            [Fact(Ann, 0, 1), Fact(Ann, 0, 1) with { QualifyingPoints = 4 }, Fact(Ben, 0, 1)],
            changes: [(Ann, Now, 1, null)])));

    private static IReadOnlyList<BalanceRules.Judgement> Judge(
        IReadOnlyList<BalanceFact> facts, Dictionary<Guid, DateTimeOffset>? latest = null, HashSet<(Guid, DateTimeOffset, long, long?)>? changes = null) =>
        BalanceRules.Judge(facts, new BalanceRules.Known(new HashSet<Guid> { Ann, Ben }, latest ?? [], changes ?? []), Now);

    private static IEnumerable<string> Outcomes(IEnumerable<BalanceRules.Judgement> judged) => judged.Select(one => $"{one.Outcome.Status} {one.Outcome.Code}");

    private static BalanceFact Fact(Guid customer, int minutes, long balance) =>
        new() { CustomerId = customer, Balance = balance, QualifyingPoints = null, ChangedBy = "test", OccurredAt = Now.AddMinutes(minutes) };
}
