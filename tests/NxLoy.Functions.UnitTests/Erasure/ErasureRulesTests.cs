using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using NxLoy.Functions.Erasure;

namespace NxLoy.Functions.UnitTests.Erasure;

public sealed class ErasureRulesTests
{
    private const string NewYork = "America/New_York";

    public static TheoryData<string, string, string, string> Deadlines => new()
    {
        { "in a month of 31 days, 30 days come first", "2026-03-10T12:00:00Z", "UTC", "2026-04-09T12:00:00Z" },
        { "in a month of 30 days, both are the same", "2026-04-10T12:00:00Z", "UTC", "2026-05-10T12:00:00Z" },
        { "31 January: the month ends on 28 February", "2026-01-31T12:00:00Z", "UTC", "2026-02-28T12:00:00Z" },
        { "31 January of a leap year: on 29 February", "2028-01-31T12:00:00Z", "UTC", "2028-02-29T12:00:00Z" },
        { "30 January: the month is clamped too", "2026-01-30T12:00:00Z", "UTC", "2026-02-28T12:00:00Z" },
        { "28 February: one month is 28 days", "2026-02-28T12:00:00Z", "UTC", "2026-03-28T12:00:00Z" },
        { "29 February", "2028-02-29T12:00:00Z", "UTC", "2028-03-29T12:00:00Z" },
        { "31 December", "2026-12-31T12:00:00Z", "UTC", "2027-01-30T12:00:00Z" },
        { "the local day decides: in Auckland it is 30 January already", "2026-01-29T12:00:00Z", "Pacific/Auckland", "2026-02-27T12:00:00Z" },
        { "in New York the evening of 30 January is still the 30th", "2026-01-31T03:00:00Z", NewYork, "2026-03-01T03:00:00Z" },
        { "the clock goes forward: the same time of day, an hour earlier", "2026-02-20T12:00:00Z", NewYork, "2026-03-20T11:00:00Z" },
        { "the clock goes back: an hour later", "2026-10-20T12:00:00Z", NewYork, "2026-11-19T13:00:00Z" },
        { "a time that is skipped on that day moves behind the gap", "2026-02-08T07:30:00Z", NewYork, "2026-03-08T07:30:00Z" },
    };

    [Theory]
    [MemberData(nameof(Deadlines))]
    public void DueAt_IsTheEarlierOf30DaysAndOneMonth(string because, string asked, string zone, string due) =>
        Assert.True(At(due) == ErasureRules.DueAt(At(asked), zone), $"{because}: {ErasureRules.DueAt(At(asked), zone):u}");

    [Property]
    public Property DueAt_IsNeverLaterThan30LocalDaysNorEarlierThan28() => Prop.ForAll(
        ArbMap.Default.ArbFor<DateTimeOffset>().Filter(time => time.Year is > 1950 and < 2100),
        Gen.Elements("UTC", NewYork, "Pacific/Auckland", "Asia/Kolkata", "Africa/Casablanca", "Pacific/Apia").ToArbitrary(),
        (asked, zone) =>
        {
            // An hour and a half for clocks that change; Samoa once skipped a whole day.
            var span = ErasureRules.DueAt(asked.ToUniversalTime(), zone) - asked;
            return span <= TimeSpan.FromDays(30) + TimeSpan.FromHours(1.5) && span >= TimeSpan.FromDays(27) - TimeSpan.FromHours(1.5);
        });

    [Theory]
    [InlineData("2026-03-01T00:00:00Z", 25, "2026-03-26T00:00:00Z")] // at once: after the cooling-off days
    [InlineData("2026-03-20T00:00:00Z", 25, "2026-03-26T00:00:00Z")] // they count from asking, not from approval
    [InlineData("2026-03-28T06:00:00Z", 25, "2026-03-28T06:00:00Z")] // approved later: it runs at once
    [InlineData("2026-04-20T06:00:00Z", 25, "2026-04-20T06:00:00Z")] // even when overdue
    [InlineData("2026-03-01T00:00:00Z", 0, "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T00:00:00Z", 28, "2026-03-29T00:00:00Z")]
    [InlineData("2026-03-01T00:00:00Z", 30, "2026-03-29T00:00:00Z")] // never later than 48 hours before it is due
    public void EraseAt_IsAfterTheCoolingOffDaysAndInTime(string approved, int days, string eraseAt)
    {
        var asked = At("2026-03-01T00:00:00Z");

        Assert.Equal(At(eraseAt), ErasureRules.EraseAt(asked, At(approved), ErasureRules.DueAt(asked, "UTC"), days, "UTC"));
    }

    [Fact]
    public void EraseAt_CountsLocalDays() => Assert.Equal(
        At("2026-03-25T11:00:00Z"), // the clock went forward on 8 March
        ErasureRules.EraseAt(At("2026-02-28T12:00:00Z"), At("2026-02-28T12:00:00Z"), At("2026-03-28T11:00:00Z"), 25, NewYork));

    public static TheoryData<string, ErasureState, ErasurePlan> Plans
    {
        get
        {
            var (due, eraseAt) = (Now.AddDays(20), Now.AddDays(5));
            ErasureState Pending(double daysLeft, int? alerted = null) => new(ErasureStatus.PENDING, Now.AddDays(daysLeft), null, alerted, false, null);
            ErasureState In(ErasureStatus status, DateTimeOffset? at = null) => new(status, due, at ?? eraseAt, null, false, null);
            ErasurePlan Wait(double? days = null, int? alert = null) => new(ErasureAct.Wait, days is { } some ? Now.AddDays(some) : null) { AlertDays = alert };
            return new()
            {
                { "unapproved: until the first alert", Pending(30), Wait(16) },
                { "14 days before", Pending(14), Wait(7, alert: 14) },
                { "alerted for 14 days already", Pending(13, 14), Wait(6) },
                { "7 days before", Pending(7, 14), Wait(5, alert: 7) },
                { "2 days before", Pending(2, 7), Wait(2, alert: 2) },
                { "overdue", Pending(0, 2), Wait(null, alert: 0) },
                { "long overdue and alerted", Pending(-3, 0), Wait() },
                { "nights were missed: the most urgent alone", Pending(1), Wait(1, alert: 2) },
                { "approved: until its time", In(ErasureStatus.APPROVED), Wait(5) },
                { "its time has come", In(ErasureStatus.APPROVED, Now), new(ErasureAct.Erase) },
                { "on hold without an end", In(ErasureStatus.APPROVED, Now) with { IsHeld = true }, Wait() },
                { "on hold until an instant", In(ErasureStatus.APPROVED, Now) with { IsHeld = true, HeldUntil = Now.AddDays(3) }, Wait(3) },
                { "on hold before its time", In(ErasureStatus.APPROVED) with { IsHeld = true, HeldUntil = Now.AddDays(3) }, Wait(3) },
                { "an unapproved one on hold alerts as well", Pending(14) with { IsHeld = true }, Wait(7, alert: 14) },
                { "begun: nothing stops it", In(ErasureStatus.PROCESSING) with { IsHeld = true }, new(ErasureAct.Erase) },
                { "completed", In(ErasureStatus.COMPLETED), new(ErasureAct.End) },
                { "rejected", In(ErasureStatus.REJECTED), new(ErasureAct.End) },
                { "cancelled", In(ErasureStatus.CANCELLED), new(ErasureAct.End) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Next_IsWhatTheRequestNeeds(string because, ErasureState state, ErasurePlan plan) =>
        Assert.True(plan == ErasureRules.Next(state, Now), $"{because}: {ErasureRules.Next(state, Now)}");

    [Fact]
    public void Next_OfAStatusThatDoesNotExist_Throws() => Assert.Throws<ArgumentOutOfRangeException>(
        () => ErasureRules.Next(new ErasureState((ErasureStatus)99, Now, null, null, false, null), Now));

    private static DateTimeOffset Now { get; } = At("2026-06-01T00:00:00Z");

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);
}
