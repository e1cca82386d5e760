using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.UnitTests.Tiers;

/// <summary>Thresholds, figures and occasions of which a test names what it is about.</summary>
internal static class Some
{
    public static readonly DateOnly Today = new(2026, 11, 23);

    public static TierRequirement Requirement(
        decimal? spending = null, int? visits = null, int? points = null, EvaluationPeriod period = EvaluationPeriod.yearly, ThresholdMatch match = ThresholdMatch.any) =>
        new() { SpendingThreshold = spending, VisitThreshold = visits, PointsThreshold = points, EvaluationPeriod = period, Match = match };

    /// <summary>SILVER at 100, GOLD at 500, PLATINUM at 1,000 spent in a year.</summary>
    public static TierThresholds Thresholds(TierRequirement? silver = null, TierRequirement? gold = null, TierRequirement? platinum = null) =>
        new() { Silver = silver ?? Requirement(100), Gold = gold ?? Requirement(500), Platinum = platinum ?? Requirement(1000) };

    /// <summary>The same in every window.</summary>
    public static TierFigures Figures(decimal spent = 0, int visits = 0, long points = 0)
    {
        var window = new WindowFigures(spent, visits);
        return new() { Monthly = window, Quarterly = window, Yearly = window, Lifetime = window, Points = points };
    }

    public static TierOccasion Day(string day, decimal spent, int grace = 3) => new()
    {
        Today = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
        Thresholds = Thresholds(),
        GraceMonths = grace,
        Figures = Figures(spent),
    };

    /// <summary>Holds the tier, lifted by nothing in particular.</summary>
    public static TierState Holding(LoyaltyTier tier, params string[] sales) => new()
    {
        Held = tier,
        Steps = [.. Enum.GetValues<LoyaltyTier>().Where(one => one > LoyaltyTier.BRONZE && one <= tier).Select(one => new TierStep(one, sales))],
    };

    /// <summary>"GOLD", with the days of a grace: "GOLD 2026-11-23..2027-02-23".</summary>
    public static string Told(this TierOutcome outcome)
    {
        var grace = outcome.State.Grace is { } running ? $" {running.From:yyyy-MM-dd}..{running.Until:yyyy-MM-dd}" : "";
        return $"{outcome.State.Held}{grace}{(outcome.Cause is { } cause ? $" {cause}" : "")}";
    }
}
