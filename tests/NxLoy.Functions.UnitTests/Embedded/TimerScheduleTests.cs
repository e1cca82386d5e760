using System.Globalization;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.UnitTests.Embedded;

/// <summary>When a schedule fires next, expected values as the Functions host computes them.</summary>
public sealed class TimerScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-01T10:02:00Z", "2026-03-01T10:05:00Z")]
    [InlineData("*/5 * * * *", "2026-03-01T10:02:00Z", "2026-03-01T10:05:00Z")]
    [InlineData("30 0 2 * * *", "2026-03-01T10:02:00Z", "2026-03-02T02:00:30Z")]
    [InlineData("0 0 9 * * 1-5", "2026-03-06T09:00:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("0 0 0 1 Jan *", "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("01:30:00", "2026-03-01T10:02:00Z", "2026-03-01T11:32:00Z")]
    [InlineData("00:00:05", "2026-03-01T10:02:00Z", "2026-03-01T10:02:05Z")]
    public void Next_ReadsFiveFieldsSixFieldsAndTimeSpans(string expression, string after, string expected) =>
        Assert.Equal(At(expected), Next(expression, "UTC", after));

    // Los Angeles 2018: clocks go from 2:00 to 3:00 on 11 March, from 2:00 back to 1:00 on 4 November.
    [Theory]
    [InlineData("0 30 1 * * *", "2018-11-04T00:59:00-07:00", "2018-11-04T01:30:00-07:00")]
    [InlineData("0 30 1 * * *", "2018-11-04T01:30:00-07:00", "2018-11-05T01:30:00-08:00")]
    [InlineData("0 30 1 * * *", "2018-11-04T01:29:00-08:00", "2018-11-05T01:30:00-08:00")]
    [InlineData("0 */30 * * * *", "2018-11-04T00:30:00-07:00", "2018-11-04T01:00:00-07:00")]
    [InlineData("0 */30 * * * *", "2018-11-04T01:30:00-07:00", "2018-11-04T01:00:00-08:00")]
    [InlineData("0 */30 * * * *", "2018-11-04T01:30:00-08:00", "2018-11-04T02:00:00-08:00")]
    [InlineData("0 0 */6 * * *", "2018-11-04T00:00:00-07:00", "2018-11-04T06:00:00-08:00")]
    [InlineData("0 30 2 * * *", "2018-03-11T01:59:00-08:00", "2018-03-11T03:30:00-07:00")]
    [InlineData("0 30 2 * * *", "2018-03-11T03:30:00-07:00", "2018-03-12T02:30:00-07:00")]
    [InlineData("0 */30 * * * *", "2018-03-11T01:30:00-08:00", "2018-03-11T03:00:00-07:00")]
    [InlineData("0 0 12 * * *", "2018-03-10T12:00:00-08:00", "2018-03-11T12:00:00-07:00")]
    public void Next_KeepsToTheZonesWallClock_WhenClocksChange(string expression, string after, string expected) =>
        Assert.Equal(At(expected), Next(expression, "America/Los_Angeles", after));

    [Fact]
    public void Next_EveryHalfHour_FiresFiftyTimesOnTheDayClocksGoBack()
    {
        var schedule = TimerSchedule.Parse("0 */30 * * * *", TimerZone.Find("America/Los_Angeles"));
        var time = At("2018-11-03T23:59:59-07:00");
        var fired = 0;
        while ((time = schedule.Next(time)) < At("2018-11-05T00:00:00-08:00"))
            fired++;

        Assert.Equal(50, fired);
    }

    [Fact]
    public void Next_TimeSpan_TakesNoNoticeOfClockChanges() =>
        Assert.Equal(At("2018-11-04T01:30:00-08:00"), Next("02:00:00", "America/Los_Angeles", "2018-11-04T00:30:00-07:00"));

    [Fact]
    public void Next_ADayThatNeverComes_IsTheEndOfTime() =>
        Assert.Equal(DateTimeOffset.MaxValue, Next("0 0 0 30 2 *", "Europe/Berlin", "2026-03-01T00:00:00Z"));

    [Theory]
    [InlineData("0 0 9 * * *", "Eastern Standard Time", "2026-07-01T00:00:00Z", "2026-07-01T13:00:00Z")]
    [InlineData("0 0 9 * * *", "America/New_York", "2026-07-01T00:00:00Z", "2026-07-01T13:00:00Z")]
    public void Zone_GoesByItsIanaOrItsWindowsName(string expression, string zone, string after, string expected) =>
        Assert.Equal(At(expected), Next(expression, zone, after));

    [Theory]
    [InlineData("*/10 * * * * *", true)]
    [InlineData("0,30 * * * * *", true)]
    [InlineData("0 * * * * *", false)]
    [InlineData("* * * * *", false)]
    [InlineData("*/10 0 * * * *", false)]
    [InlineData("00:00:59", true)]
    [InlineData("00:01:00", false)]
    public void IsFrequent_MoreThanOnceAMinute(string expression, bool frequent) =>
        Assert.Equal(frequent, TimerSchedule.Parse(expression, TimerZone.Find("UTC")).IsFrequent);

    [Theory]
    [InlineData("every day")]
    [InlineData("0 0 25 * * *")]
    [InlineData("00:00:00")]
    [InlineData("")]
    public void Parse_WhatIsNoSchedule_Throws(string expression) =>
        Assert.Throws<FormatException>(() => TimerSchedule.Parse(expression, TimerZone.Find("UTC")));

    private static DateTimeOffset Next(string expression, string zone, string after) =>
        TimerSchedule.Parse(expression, TimerZone.Find(zone)).Next(At(after));

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
}
