using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.UnitTests.Embedded;

public sealed class PastDueTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimerSchedule Hourly = TimerSchedule.Parse("0 0 * * * *", TimerZone.Find("UTC"));

    [Fact]
    public void NeverSeenBefore_StartsFromNow()
    {
        var (status, isPastDue) = PastDue.At(Noon.AddMinutes(5), null, Hourly);

        Assert.Equal(new TimerStatus(null, Noon.AddHours(1), Noon.AddMinutes(5)), status);
        Assert.False(isPastDue);
    }

    [Theory]
    [InlineData(30, false)]
    [InlineData(60, false)]
    [InlineData(61, true)]
    [InlineData(600, true)]
    public void RanBefore_IsPastDueOnceTheNextRunHasPassed(int minutesLater, bool expected)
    {
        var stored = new TimerStatus(Noon, Noon.AddHours(1), Noon);

        var (status, isPastDue) = PastDue.At(Noon.AddMinutes(minutesLater), stored, Hourly);

        Assert.Equal(stored, status);
        Assert.Equal(expected, isPastDue);
    }

    [Fact]
    public void NeverRanButWasWaiting_IsPastDueToo()
    {
        var stored = new TimerStatus(null, Noon.AddHours(1), Noon.AddMinutes(5));

        Assert.True(PastDue.At(Noon.AddHours(2), stored, Hourly).IsPastDue);
    }

    [Fact]
    public void ScheduleChanged_NothingWasMissed()
    {
        var stored = new TimerStatus(Noon, Noon.AddMinutes(10), Noon);

        var (status, isPastDue) = PastDue.At(Noon.AddHours(5).AddMinutes(1), stored, Hourly);

        Assert.Equal(new TimerStatus(null, Noon.AddHours(6), Noon.AddHours(5).AddMinutes(1)), status);
        Assert.False(isPastDue);
    }

    [Fact]
    public void ScheduleChanged_AndItsNextRunIsStillToCome_WaitsForThat()
    {
        var stored = new TimerStatus(Noon, Noon.AddDays(1), Noon);

        var (status, isPastDue) = PastDue.At(Noon.AddMinutes(30), stored, Hourly);

        Assert.Equal(new TimerStatus(null, Noon.AddHours(1), Noon), status);
        Assert.False(isPastDue);
    }
}
