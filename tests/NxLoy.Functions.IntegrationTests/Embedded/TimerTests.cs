using static NxLoy.Functions.IntegrationTests.Embedded.TimerSamples;

namespace NxLoy.Functions.IntegrationTests.Embedded;

public sealed class TimerTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Timer_FiresOnItsSchedule_AgainAndAgain()
    {
        var runs = new Runs();
        await using var host = await StartAsync<Often>(runs);

        await Eventually.TrueAsync(() => runs.Count >= 3);

        Assert.All(runs, run => Assert.False(run.IsPastDue));
        Assert.All(runs, run => Assert.Null(run.ScheduleStatus));
    }

    [Fact]
    public async Task Timer_AfterAJump_FiresOncePastDue_ThenOnItsScheduleAgain()
    {
        var runs = new Runs();
        await using var host = await StartAsync<Daily>(runs);

        await host.AdvanceAsync(30 * Day);
        Assert.True(Assert.Single(runs).IsPastDue);

        await host.AdvanceAsync(Day);
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run => Assert.True(run.IsPastDue));
    }

    [Fact]
    public async Task Timer_NotReachedByAJump_DoesNotFire()
    {
        var runs = new Runs();
        await using var host = await StartAsync<Interval>(runs);

        await host.AdvanceAsync(TimeSpan.FromHours(9));
        Assert.Empty(runs);

        await host.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Single(runs);
    }

    [Fact]
    public async Task Timer_ReachedInItsOwnTimeAfterAJump_IsNotPastDue()
    {
        var runs = new Runs();
        await using var host = await StartAsync<Interval>(runs);

        await host.AdvanceAsync(TimeSpan.FromHours(10) - TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(() => runs.Count == 1);

        Assert.False(runs.Single().IsPastDue);
    }

    [Fact]
    public async Task Timer_JumpWhileItRuns_FiresOnceMorePastDue()
    {
        var runs = new Runs();
        var release = runs.Hold();
        await using var host = await StartAsync<Daily>(runs);
        var first = host.AdvanceAsync(Day);
        await Eventually.TrueAsync(() => runs.Count == 1);

        var second = host.AdvanceAsync(Day);
        release();
        await Task.WhenAll(first, second);

        Assert.Equal([true, true], runs.Select(run => run.IsPastDue));
    }

    [Fact]
    public async Task RunOnStartup_FiresAtOnce_WithoutALastRun()
    {
        var runs = new Runs();
        await using var host = await StartAsync<AtStart>(runs);
        await Eventually.TrueAsync(() => runs.Count == 1);

        var run = runs.Single();
        Assert.False(run.IsPastDue);
        Assert.Equal(default, run.ScheduleStatus!.Last);
        Assert.Equal(DateTimeKind.Local, run.ScheduleStatus.Next.Kind);
        Assert.InRange(run.ScheduleStatus.Next, DateTime.Now, DateTime.Now + Day);
    }

    [Fact]
    public async Task ScheduleStatus_RemembersTheLastRun()
    {
        var runs = new Runs();
        await using var host = await StartAsync<Daily>(runs);

        await host.AdvanceAsync(Day);
        await host.AdvanceAsync(Day);

        var (first, second) = (runs.First().ScheduleStatus!, runs.Last().ScheduleStatus!);
        Assert.Equal(default, first.Last);
        Assert.InRange(second.Last - DateTime.Now, Day - Eventually.Patience, Day + Eventually.Patience);
        Assert.InRange(second.Next - second.Last, TimeSpan.Zero, Day);
    }

    [Fact]
    public async Task Timer_ThatFails_GoesOn()
    {
        var runs = new Runs();
        await using var host = await StartAsync<Failing>(runs);

        await host.AdvanceAsync(Day);
        await host.AdvanceAsync(Day);

        Assert.Equal(2, runs.Count);
    }

    [Theory]
    [InlineData("Europe/Berlin")]
    [InlineData("Asia/Kathmandu")]
    public async Task Schedule_IsReadInTheSetZone(string zone)
    {
        var runs = new Runs();
        await using var host = await StartAsync<AtStart>(runs, ("WEBSITE_TIME_ZONE", zone));
        await Eventually.TrueAsync(() => runs.Count == 1);

        var next = TimeZoneInfo.ConvertTime(runs.Single().ScheduleStatus!.Next, TimeZoneInfo.FindSystemTimeZoneById(zone));
        Assert.Equal(new TimeOnly(2, 30), TimeOnly.FromDateTime(next));
    }

    [Theory]
    [InlineData("%Missing%", "does not resolve")]
    [InlineData("every night", "was not recognized")]
    public async Task Schedule_ThatIsNone_StopsTheStart(string schedule, string message)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync<FromSetting>(new Runs(), ("Schedule", schedule)));
        Assert.Contains(schedule == "%Missing%" ? "was not recognized" : message, exception.Message, StringComparison.Ordinal);

        exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync<FromSetting>(new Runs()));
        Assert.Contains("'%Schedule%' does not resolve", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_CancelsTheTokenOfARunningTimer_AndWaitsForIt()
    {
        var runs = new Runs();
        var host = await StartAsync<UntilCancelled>(runs);
        await Eventually.TrueAsync(() => runs.Count == 1);

        await host.DisposeAsync();

        Assert.Equal(2, runs.Count);
    }
}
