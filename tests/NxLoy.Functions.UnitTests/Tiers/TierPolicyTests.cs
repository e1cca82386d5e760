using System.Globalization;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.UnitTests.Tiers;

public sealed class TierPolicyTests
{
    private static DateOnly Day(string day) => DateOnly.Parse(day, CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(EvaluationPeriod.monthly, "2026-11-23", "2026-10-24")] // back to the day after the same date
    [InlineData(EvaluationPeriod.quarterly, "2026-11-23", "2026-08-24")]
    [InlineData(EvaluationPeriod.yearly, "2026-11-23", "2025-11-24")]
    [InlineData(EvaluationPeriod.monthly, "2026-01-01", "2025-12-02")] // over the year's end
    [InlineData(EvaluationPeriod.monthly, "2026-03-31", "2026-03-01")] // month ends are clamped
    [InlineData(EvaluationPeriod.monthly, "2026-03-30", "2026-03-01")]
    [InlineData(EvaluationPeriod.monthly, "2026-03-28", "2026-03-01")]
    [InlineData(EvaluationPeriod.monthly, "2026-03-27", "2026-02-28")]
    [InlineData(EvaluationPeriod.monthly, "2026-02-28", "2026-01-29")]
    [InlineData(EvaluationPeriod.quarterly, "2026-05-31", "2026-03-01")]
    [InlineData(EvaluationPeriod.monthly, "2028-02-29", "2028-01-30")] // leap days
    [InlineData(EvaluationPeriod.monthly, "2028-03-31", "2028-03-01")]
    [InlineData(EvaluationPeriod.monthly, "2028-03-29", "2028-03-01")]
    [InlineData(EvaluationPeriod.yearly, "2028-02-29", "2027-03-01")]
    [InlineData(EvaluationPeriod.yearly, "2029-02-28", "2028-02-29")]
    [InlineData(EvaluationPeriod.lifetime, "2026-11-23", null)]
    public void Window_BeginsOnTheDayAfter(EvaluationPeriod period, string today, string? start) =>
        Assert.Equal(start is null ? null : Day(start), TierPolicy.WindowStart(period, Day(today)));

    [Theory]
    [InlineData("2026-03-08T04:59:59Z", "2026-03-07")] // New York, the night in which the clock goes forward
    [InlineData("2026-03-08T05:00:00Z", "2026-03-08")]
    [InlineData("2026-03-09T03:59:59Z", "2026-03-08")] // a day of 23 hours
    [InlineData("2026-03-09T04:00:00Z", "2026-03-09")]
    [InlineData("2026-11-01T04:00:00Z", "2026-11-01")] // the clock goes back: a day of 25 hours
    [InlineData("2026-11-02T04:59:59Z", "2026-11-01")]
    public void Window_CountsLocalDays_HoweverLongTheyAre(string sale, string countsOn)
    {
        var day = BusinessCalendar.LocalDay(DateTimeOffset.Parse(sale, CultureInfo.InvariantCulture), "America/New_York");

        Assert.Equal(Day(countsOn), day);
        Assert.True(TierPolicy.WindowStart(EvaluationPeriod.monthly, day.AddMonths(1).AddDays(-1)) <= day);
        Assert.True(TierPolicy.WindowStart(EvaluationPeriod.monthly, day.AddMonths(1)) > day);
    }

    [Fact]
    public void Window_OfOneInstant_DependsOnTheBusinessZone()
    {
        var instant = DateTimeOffset.Parse("2026-03-31T23:30:00Z", CultureInfo.InvariantCulture);

        Assert.Equal(Day("2026-03-01"), TierPolicy.WindowStart(EvaluationPeriod.monthly, BusinessCalendar.LocalDay(instant, "UTC")));
        Assert.Equal(Day("2026-03-02"), TierPolicy.WindowStart(EvaluationPeriod.monthly, BusinessCalendar.LocalDay(instant, "Asia/Tokyo")));
    }

    [Theory]
    [InlineData(0, LoyaltyTier.BRONZE)]
    [InlineData(99.9999, LoyaltyTier.BRONZE)]
    [InlineData(100, LoyaltyTier.SILVER)] // met when equal
    [InlineData(499.99, LoyaltyTier.SILVER)]
    [InlineData(500, LoyaltyTier.GOLD)]
    [InlineData(1000, LoyaltyTier.PLATINUM)]
    [InlineData(1_000_000, LoyaltyTier.PLATINUM)]
    public void Reached_IsTheHighestTierThatIsMet(decimal spent, LoyaltyTier tier) =>
        Assert.Equal(tier, TierPolicy.Reached(Some.Thresholds(), Some.Figures(spent)));

    [Theory]
    [InlineData(ThresholdMatch.any, 100, 0, 0, true)]
    [InlineData(ThresholdMatch.any, 0, 5, 0, true)]
    [InlineData(ThresholdMatch.any, 0, 0, 50, true)]
    [InlineData(ThresholdMatch.any, 99, 4, 49, false)]
    [InlineData(ThresholdMatch.all, 100, 5, 50, true)]
    [InlineData(ThresholdMatch.all, 499, 5, 49, false)]
    [InlineData(ThresholdMatch.all, 499, 4, 50, false)]
    [InlineData(ThresholdMatch.all, 99, 5, 50, false)]
    public void Reached_AnyOrAllOfTheGivenThresholds(ThresholdMatch match, decimal spent, int visits, long points, bool isSilver)
    {
        var thresholds = Some.Thresholds(silver: Some.Requirement(100, 5, 50, match: match));

        Assert.Equal(isSilver, TierPolicy.Reached(thresholds, Some.Figures(spent, visits, points)) >= LoyaltyTier.SILVER);
    }

    [Fact]
    public void Reached_UnderAll_AsksOnlyForWhatIsGiven() => Assert.Equal(
        LoyaltyTier.SILVER,
        TierPolicy.Reached(Some.Thresholds(silver: Some.Requirement(visits: 5, match: ThresholdMatch.all)), Some.Figures(visits: 5)));

    [Theory]
    [InlineData(EvaluationPeriod.monthly, LoyaltyTier.BRONZE)]
    [InlineData(EvaluationPeriod.quarterly, LoyaltyTier.SILVER)]
    [InlineData(EvaluationPeriod.yearly, LoyaltyTier.SILVER)]
    [InlineData(EvaluationPeriod.lifetime, LoyaltyTier.SILVER)]
    public void Reached_CountsWhatIsInTheTiersOwnPeriod(EvaluationPeriod period, LoyaltyTier tier)
    {
        var figures = Some.Figures() with { Quarterly = new(100, 1), Yearly = new(100, 1), Lifetime = new(100, 1) };

        Assert.Equal(tier, TierPolicy.Reached(Some.Thresholds(silver: Some.Requirement(100, period: period)), figures));
    }

    [Fact]
    public void Reached_GoldWithoutSilver_IsGold() => Assert.Equal(
        LoyaltyTier.GOLD,
        TierPolicy.Reached(Some.Thresholds(silver: Some.Requirement(visits: 5), gold: Some.Requirement(points: 10)), Some.Figures(points: 10)));

    [Fact]
    public void Reached_WithoutConfiguration_IsBronze() => Assert.Equal(LoyaltyTier.BRONZE, TierPolicy.Reached(null, Some.Figures(1_000_000, 1_000, 1_000_000)));

    [Fact]
    public void UnknownPeriod_IsABug()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TierPolicy.WindowStart((EvaluationPeriod)9, Some.Today));
        Assert.Throws<ArgumentOutOfRangeException>(() => Some.Figures().In((EvaluationPeriod)9));
    }

    [Theory]
    [InlineData(LoyaltyTier.BRONZE, 0, 0, 0)]
    [InlineData(LoyaltyTier.BRONZE, 55.5, 0, 55)] // whole percent, never rounded up
    [InlineData(LoyaltyTier.BRONZE, 99.99, 0, 99)]
    [InlineData(LoyaltyTier.BRONZE, 20, 4, 80)] // by what is met best
    [InlineData(LoyaltyTier.BRONZE, 5000, 0, 100)] // held below what the figures give: an override
    [InlineData(LoyaltyTier.SILVER, 250, 0, 50)]
    [InlineData(LoyaltyTier.GOLD, 0, 0, 0)]
    [InlineData(LoyaltyTier.PLATINUM, 0, 0, 100)]
    public void Progress_IsTowardsTheTierAboveTheOneHeld(LoyaltyTier held, decimal spent, int visits, int percent) =>
        Assert.Equal(percent, TierPolicy.Progress(Some.Thresholds(silver: Some.Requirement(100, 5)), Some.Figures(spent, visits), held));

    [Theory]
    [InlineData(20, 4, 20)] // by what is met least
    [InlineData(5000, 0, 0)]
    [InlineData(5000, 5, 100)]
    public void Progress_UnderAll_IsOfTheThresholdMetLeast(decimal spent, int visits, int percent) => Assert.Equal(
        percent,
        TierPolicy.Progress(Some.Thresholds(silver: Some.Requirement(100, 5, match: ThresholdMatch.all)), Some.Figures(spent, visits), LoyaltyTier.BRONZE));

    [Fact]
    public void Progress_TowardsAThresholdOfNothing_IsWhole() =>
        Assert.Equal(100, TierPolicy.Progress(Some.Thresholds(silver: Some.Requirement(0)), Some.Figures(), LoyaltyTier.BRONZE));

    [Theory]
    [InlineData(LoyaltyTier.BRONZE)]
    [InlineData(LoyaltyTier.PLATINUM)]
    public void Progress_WithoutConfiguration_IsNull(LoyaltyTier held) => Assert.Null(TierPolicy.Progress(null, Some.Figures(), held));

    [Theory]
    [InlineData(LoyaltyTier.BRONZE, 1000, "PLATINUM Threshold")] // at once, over two tiers
    [InlineData(LoyaltyTier.SILVER, 500, "GOLD Threshold")]
    [InlineData(LoyaltyTier.GOLD, 500, "GOLD")]
    [InlineData(LoyaltyTier.BRONZE, 99, "BRONZE")]
    public void Upgrade_IsAtOnce(LoyaltyTier held, decimal spent, string becomes) =>
        Assert.Equal(becomes, TierPolicy.Next(Some.Holding(held), Some.Day("2026-11-23", spent)).Told());

    [Theory]
    [InlineData("2026-11-23", 3, "2027-02-23")]
    [InlineData("2026-11-30", 3, "2027-02-28")] // clamped to the month's end
    [InlineData("2027-11-30", 3, "2028-02-29")]
    [InlineData("2028-02-29", 12, "2029-02-28")]
    [InlineData("2026-01-31", 1, "2026-02-28")]
    [InlineData("2026-11-23", 24, "2028-11-23")]
    public void Grace_ProtectsThroughTheDayBeforeTheSameDate(string firstBelow, int months, string ends)
    {
        var begun = TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), Some.Day(firstBelow, 120, months));
        var last = Day(ends).AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        Assert.Equal($"GOLD {firstBelow}..{ends}", begun.Told());
        Assert.Equal($"GOLD {firstBelow}..{ends}", TierPolicy.Next(begun.State, Some.Day(last, 120, months)).Told());
        Assert.Equal("SILVER GraceEnded", TierPolicy.Next(begun.State, Some.Day(ends, 120, months)).Told());
    }

    [Fact]
    public void Grace_OfNoMonths_DoesNotProtect() =>
        Assert.Equal("BRONZE GraceEnded", TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), Some.Day("2026-11-23", 0, grace: 0)).Told());

    [Fact]
    public void Grace_TierMetAgain_EndsEarlyAndBeginsAnew()
    {
        var begun = TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), Some.Day("2026-11-23", 0));
        var met = TierPolicy.Next(begun.State, Some.Day("2026-12-24", 500));
        var below = TierPolicy.Next(met.State, Some.Day("2027-02-01", 499));

        Assert.Equal(["GOLD", "GOLD 2027-02-01..2027-05-01"], new[] { met, below }.Select(Some.Told));
    }

    [Fact]
    public void Grace_ChangedSetting_DoesNotMoveARunningOne()
    {
        var begun = TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), Some.Day("2026-11-23", 0));

        Assert.Equal("GOLD 2026-11-23..2027-02-23", TierPolicy.Next(begun.State, Some.Day("2026-11-24", 0, grace: 0)).Told());
        Assert.Equal("BRONZE GraceEnded", TierPolicy.Next(begun.State, Some.Day("2027-02-23", 0, grace: 24)).Told());
    }

    [Fact]
    public void Grace_EndsInTheTierThatTheFiguresThenGive()
    {
        var begun = TierPolicy.Next(Some.Holding(LoyaltyTier.PLATINUM), Some.Day("2026-11-23", 0));

        Assert.Equal("GOLD GraceEnded", TierPolicy.Next(begun.State, Some.Day("2027-02-23", 999)).Told());
    }

    [Fact]
    public void Reversal_OfTheSaleThatLifted_IsUndoneAtOnce()
    {
        var lifted = TierPolicy.Next(Some.Holding(LoyaltyTier.SILVER), Some.Day("2026-11-23", 600) with { Sale = "s1" });

        Assert.Equal("GOLD Threshold", lifted.Told());
        Assert.Equal("SILVER Reversal", TierPolicy.Next(lifted.State, Some.Day("2026-11-24", 150) with { Reversed = "s1" }).Told());
    }

    [Fact]
    public void Reversal_TierStillMet_ChangesNothing()
    {
        var lifted = TierPolicy.Next(TierState.New, Some.Day("2026-11-23", 600) with { Sale = "s1" });

        Assert.Equal("GOLD", TierPolicy.Next(lifted.State, Some.Day("2026-11-24", 500) with { Reversed = "s1" }).Told());
    }

    [Fact]
    public void Reversal_OfAnotherSale_BeginsAGrace()
    {
        var lifted = TierPolicy.Next(TierState.New, Some.Day("2026-11-23", 600) with { Sale = "s1" });

        Assert.Equal("GOLD 2026-11-24..2027-02-24", TierPolicy.Next(lifted.State, Some.Day("2026-11-24", 0) with { Reversed = "s0" }).Told());
    }

    [Fact]
    public void Reversal_InPart_LeavesTheTierThatIsStillReached()
    {
        var lifted = TierPolicy.Next(TierState.New, Some.Day("2026-11-23", 600) with { Sale = "s1" });
        var inPart = TierPolicy.Next(lifted.State, Some.Day("2026-11-24", 100) with { Reversed = "s1" });

        Assert.Equal("SILVER Reversal", inPart.Told());
        Assert.Equal("BRONZE Reversal", TierPolicy.Next(inPart.State, Some.Day("2026-11-25", 0) with { Reversed = "s1" }).Told());
    }

    [Fact]
    public void Reversal_LeavesATierNoLongerMet_WhichHasAGraceOfItsOwn()
    {
        var lifted = TierPolicy.Next(Some.Holding(LoyaltyTier.SILVER), Some.Day("2026-11-23", 600) with { Sale = "s1" });

        Assert.Equal("SILVER 2026-11-24..2027-02-24 Reversal", TierPolicy.Next(lifted.State, Some.Day("2026-11-24", 0) with { Reversed = "s1" }).Told());
        Assert.Equal("BRONZE Reversal", TierPolicy.Next(lifted.State, Some.Day("2026-11-24", 0, grace: 0) with { Reversed = "s1" }).Told());
    }

    [Fact]
    public void Reversal_WhileInGrace_IsUndoneAtOnce()
    {
        var lifted = TierPolicy.Next(TierState.New, Some.Day("2026-11-23", 100) with { Sale = "s1" });
        var below = TierPolicy.Next(lifted.State, Some.Day("2027-11-24", 0));

        Assert.Equal("SILVER 2027-11-24..2028-02-24", below.Told());
        Assert.Equal("BRONZE Reversal", TierPolicy.Next(below.State, Some.Day("2027-11-25", 0) with { Reversed = "s1" }).Told());
    }

    [Fact]
    public void Reversal_WhileInGrace_WhatIsLeftBeginsAGraceOfItsOwn()
    {
        var lifted = TierPolicy.Next(Some.Holding(LoyaltyTier.SILVER), Some.Day("2026-11-23", 600) with { Sale = "s1" });
        var below = TierPolicy.Next(lifted.State, Some.Day("2027-11-24", 0));

        Assert.Equal("SILVER 2027-12-01..2028-03-01 Reversal", TierPolicy.Next(below.State, Some.Day("2027-12-01", 0) with { Reversed = "s1" }).Told());
    }

    [Fact]
    public void Reversal_OfTheLowerLift_IsRememberedWhenTheUpperIsUndone()
    {
        var silver = TierPolicy.Next(TierState.New, Some.Day("2026-11-23", 100) with { Sale = "s1" });
        var gold = TierPolicy.Next(silver.State, Some.Day("2026-11-24", 500) with { Sale = "s2" });
        var lower = TierPolicy.Next(gold.State, Some.Day("2026-11-25", 0) with { Reversed = "s1" });

        Assert.Equal("GOLD 2026-11-25..2027-02-25", lower.Told());
        Assert.Equal("BRONZE Reversal", TierPolicy.Next(lower.State, Some.Day("2026-11-26", 0) with { Reversed = "s2" }).Told());
    }

    // SILVER at 100: the second sale reached it, so a refund of the first begins a grace, and one of the second undoes it.
    [Theory]
    [InlineData("s1", "SILVER 2026-11-23..2027-02-23")]
    [InlineData("s2", "BRONZE Reversal")]
    public void SalesThatCameTogether_OneOfThemLifted(string reversed, string becomes)
    {
        var id = Guid.NewGuid();
        TierEvent[] sales = [new(id) { Sale = "s1", Day = Some.Today, Spent = 60, Visits = 1 }, new(id) { Sale = "s2", Day = Some.Today, Spent = 60, Visits = 1 }];

        var (state, _) = TierPolicy.CatchUp(TierState.New, TierEvent.Occasions(Some.Day("2026-11-23", 120), sales));

        Assert.Equal(becomes, TierPolicy.Next(state, Some.Day("2026-11-23", 60) with { Reversed = reversed }).Told());
    }

    [Fact]
    public void SaleAndItsReversalThatCameTogether_LiftAndUndo()
    {
        var id = Guid.NewGuid();
        TierEvent[] both = [new(id) { Sale = "s1", Day = Some.Today, Spent = 600, Visits = 1 }, new(id) { Reversed = "s1", Day = Some.Today, Spent = -600, Visits = -1 }];

        var (state, changes) = TierPolicy.CatchUp(TierState.New, TierEvent.Occasions(Some.Day("2026-11-23", 0), both));

        Assert.Equal(["GOLD Threshold", "BRONZE Reversal"], changes.Select(change => change.Outcome.Told()));
        Assert.Empty(state.Steps);
    }

    [Fact]
    public void Configuration_LiftsAtOnce_AndProtectsWhomItWouldLower()
    {
        var lower = Some.Day("2026-11-23", 120) with { IsReconfigured = true, Thresholds = Some.Thresholds(gold: Some.Requirement(120)) };
        var higher = Some.Day("2026-11-23", 120) with { IsReconfigured = true };

        Assert.Equal("GOLD Configuration", TierPolicy.Next(Some.Holding(LoyaltyTier.SILVER), lower).Told());
        Assert.Equal("GOLD 2026-11-23..2027-02-23", TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), higher).Told());
        Assert.Equal("SILVER Configuration", TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), higher with { GraceMonths = 0 }).Told());
    }

    [Fact]
    public void WithoutConfiguration_AllAreBronze() => Assert.Equal(
        "BRONZE Configuration", TierPolicy.Next(Some.Holding(LoyaltyTier.GOLD), Some.Day("2026-11-23", 600) with { Thresholds = null }).Told());

    [Fact]
    public void Override_StandsAbove_WhileRulesAndGraceRunOn()
    {
        var given = TierPolicy.Override(Some.Holding(LoyaltyTier.SILVER), new TierOverride(LoyaltyTier.PLATINUM, Day("2027-03-01")));
        var below = TierPolicy.Next(given.State, Some.Day("2026-11-23", 0));
        var fallen = TierPolicy.Next(below.State, Some.Day("2027-02-23", 0));
        var ended = TierPolicy.Next(fallen.State, Some.Day("2027-03-02", 0));

        Assert.Equal(
            ["PLATINUM Override", "PLATINUM 2026-11-23..2027-02-23", "PLATINUM", "BRONZE Override"],
            new[] { given, below, fallen, ended }.Select(Some.Told));
        Assert.Null(ended.State.Override);
    }

    [Fact]
    public void Override_LastsThroughItsLastDay()
    {
        var given = TierPolicy.Override(TierState.New, new TierOverride(LoyaltyTier.GOLD, Day("2026-11-23"))).State;

        Assert.Equal("GOLD", TierPolicy.Next(given, Some.Day("2026-11-23", 0)).Told());
        Assert.Equal("BRONZE Override", TierPolicy.Next(given, Some.Day("2026-11-24", 0)).Told());
    }

    [Fact]
    public void Override_TakenAway_LeavesWhatTheRulesGive()
    {
        var given = TierPolicy.Override(TierState.New, new TierOverride(LoyaltyTier.BRONZE, null)).State;
        var lifted = TierPolicy.Next(given, Some.Day("2026-11-23", 600));

        Assert.Equal(["BRONZE", "GOLD Override"], new[] { lifted, TierPolicy.Override(lifted.State, null) }.Select(Some.Told));
    }

    [Fact]
    public void Override_LikeTheTierOfTheRules_ChangesNothing() =>
        Assert.Null(TierPolicy.Override(Some.Holding(LoyaltyTier.GOLD), new TierOverride(LoyaltyTier.GOLD, null)).Cause);

    [Fact]
    public void MissedNights_AreCaughtUpDayByDay()
    {
        // Nobody looked from the 22nd on; the figures fell on the 25th and the grace of one month was over on 25 December.
        var days = Enumerable.Range(0, 60).Select(number => Some.Today.AddDays(number))
            .Select(day => Some.Day(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day < Day("2026-11-25") ? 500 : 120, grace: 1));

        var (state, changes) = TierPolicy.CatchUp(Some.Holding(LoyaltyTier.GOLD), days);

        Assert.Equal((Day("2026-12-25"), "SILVER GraceEnded"), (Assert.Single(changes).Occasion.Today, changes[0].Outcome.Told()));
        Assert.Equal(LoyaltyTier.SILVER, state.Held);
    }
}
