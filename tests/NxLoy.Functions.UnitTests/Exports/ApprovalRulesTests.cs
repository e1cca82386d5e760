using System.Globalization;
using NxLoy.Functions.Exports;

namespace NxLoy.Functions.UnitTests.Exports;

/// <summary>One calendar month, in the business's own days (GDPR, Article 12(3)).</summary>
public sealed class ApprovalRulesTests
{
    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "UTC", "2026-02-28")] // 31 January
    [InlineData("2024-01-31T12:00:00Z", "UTC", "2024-02-29")] // in a leap year
    [InlineData("2026-05-15T12:00:00Z", "UTC", "2026-06-15")]
    [InlineData("2026-12-31T23:30:00Z", "UTC", "2027-01-31")]
    [InlineData("2026-12-31T23:30:00Z", "Asia/Tokyo", "2027-02-01")] // there it is tomorrow
    [InlineData("2026-03-01T03:00:00Z", "America/New_York", "2026-03-28")] // there it is yesterday
    public void LastDay_IsTheSameDayOfTheNextMonth_OrItsLast(string asked, string zone, string last) =>
        Assert.Equal(last, ApprovalRules.LastDay(Instant(asked), zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-05-15T12:00:00Z", null)]
    [InlineData("2026-05-31T23:59:59Z", null)]
    [InlineData("2026-06-01T00:00:00Z", 14)]
    [InlineData("2026-06-07T23:59:59Z", 14)]
    [InlineData("2026-06-08T00:00:00Z", 7)]
    [InlineData("2026-06-13T00:00:00Z", 2)]
    [InlineData("2026-06-14T23:59:59Z", 2)]
    [InlineData("2026-06-15T00:00:00Z", 0)]
    [InlineData("2027-01-01T00:00:00Z", 0)]
    public void Warning_IsTheLastOneThatIsDue(string now, int? days) =>
        Assert.Equal(days, ApprovalRules.Warning(Instant("2026-05-15T12:00:00Z"), Instant(now), "UTC"));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
