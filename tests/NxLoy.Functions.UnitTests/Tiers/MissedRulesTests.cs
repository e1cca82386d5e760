using System.Globalization;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.UnitTests.Tiers;

public sealed class MissedRulesTests
{
    private const string Zone = "America/Sao_Paulo"; // UTC-3

    private static readonly TierVersion First = Version(1, "2026-11-20T12:00Z");
    private static readonly TierVersion Second = Version(2, "2026-11-22T02:00Z"); // still the 21st there

    [Fact]
    public void EvaluatedTodayByThePresentThresholds_NothingWasMissed() =>
        Assert.Empty(MissedRules.Since(Day("2026-11-23"), 1, Day("2026-11-23"), [First], Zone));

    [Fact]
    public void Days_AreMissedOneByOne_EachFromItsLocalMidnight() => Assert.Equal(
        ["2026-11-22 v1 2026-11-22T03:00Z", "2026-11-23 v1 2026-11-23T03:00Z"],
        Told(MissedRules.Since(Day("2026-11-21"), 1, Day("2026-11-23"), [First], Zone)));

    [Fact]
    public void Thresholds_TakeEffectAtTheirInstant_OnTheirLocalDay() => Assert.Equal(
        ["2026-11-21 v1 2026-11-21T03:00Z", "2026-11-21 v2 2026-11-22T02:00Z changed", "2026-11-22 v2 2026-11-22T03:00Z"],
        Told(MissedRules.Since(Day("2026-11-20"), 1, Day("2026-11-22"), [First, Second], Zone)));

    [Fact]
    public void SeveralChangesOfOneDay_AllCount() => Assert.Equal(
        ["2026-11-22 v1 2026-11-20T12:00Z changed", "2026-11-22 v2 2026-11-22T02:00Z changed"],
        Told(MissedRules.Since(Day("2026-11-22"), 0, Day("2026-11-22"), [First, Second], Zone)));

    [Fact]
    public void NeverEvaluated_BeginsWithTheFirstThresholds() => Assert.Equal(
        ["2026-11-20 v1 2026-11-20T12:00Z changed", "2026-11-21 v1 2026-11-21T03:00Z", "2026-11-21 v2 2026-11-22T02:00Z changed"],
        Told(MissedRules.Since(null, 0, Day("2026-11-21"), [First, Second], Zone)));

    [Fact]
    public void NeverEvaluatedAndWithoutThresholds_MissedNothing() => Assert.Empty(MissedRules.Since(null, 0, Day("2026-11-23"), [], Zone));

    [Fact]
    public void DaysBeforeAnyThresholds_AreDaysWithoutThem() => Assert.Equal(
        ["2026-11-19 v0 2026-11-19T03:00Z", "2026-11-20 v0 2026-11-20T03:00Z", "2026-11-20 v1 2026-11-20T12:00Z changed"],
        Told(MissedRules.Since(Day("2026-11-18"), 0, Day("2026-11-20"), [First], Zone)));

    // On 4 November 2018 clocks there went from 24:00 to 01:00.
    [Fact]
    public void SkippedMidnight_IsTheFirstInstantAfterIt() => Assert.Equal(
        ["2018-11-04 v0 2018-11-04T03:00Z"], Told(MissedRules.Since(Day("2018-11-03"), 0, Day("2018-11-04"), [], Zone)));

    [Fact]
    public void ClockThatWentBack_MissesNothing() => Assert.Empty(MissedRules.Since(Day("2026-11-24"), 1, Day("2026-11-23"), [First], Zone));

    private static IEnumerable<string> Told(IEnumerable<MissedOccasion> missed) => missed.Select(one => string.Create(
        CultureInfo.InvariantCulture, $"{one.Day:yyyy-MM-dd} v{one.Configuration.Version} {one.At.UtcDateTime:yyyy-MM-ddTHH:mm}Z{(one.IsReconfigured ? " changed" : "")}"));

    private static DateOnly Day(string day) => DateOnly.Parse(day, CultureInfo.InvariantCulture);

    private static TierVersion Version(long version, string since) =>
        new(version, Some.Thresholds(), DateTimeOffset.Parse(since, CultureInfo.InvariantCulture));
}
