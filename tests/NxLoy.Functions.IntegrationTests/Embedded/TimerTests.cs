using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;

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
        await using var host = await StartAsync<Hourly>(runs);

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

        await host.AdvanceAsync(TimeSpan.FromHours(10) - TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => runs.Count == 1);

        Assert.False(runs.Single().IsPastDue);
    }

    [Fact]
    public async Task Timer_JumpWhileItRuns_FiresOnceMorePastDue()
    {
        var runs = new Runs();
        var release = runs.Hold();
        await using var host = await StartAsync<Hourly>(runs);
        var first = host.AdvanceAsync(Day);
        await Eventually.TrueAsync(() => runs.Count == 1);

        var second = host.AdvanceAsync(Day);
        release();
        await Task.WhenAll(first, second);

        Assert.Equal([true, true], runs.Select(run => run.IsPastDue));
    }

    [Fact]
    public async Task Timer_MissedWhileDown_FiresOnceAtStartPastDue()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using (await StartAsync<Hourly>(runs, database.Setting))
            Assert.Empty(runs);

        await database.ExecuteAsync(
            "update functions_host.timers set next = next - interval '3 hours', last_updated = last_updated - interval '3 hours'");
        await using var restarted = await StartAsync<Hourly>(runs, database.Setting);
        await Eventually.TrueAsync(() => runs.Count > 0);
        await restarted.AdvanceAsync(TimeSpan.FromTicks(1));

        Assert.True(Assert.Single(runs).IsPastDue);
    }

    [Fact]
    public async Task Timer_NotMissedWhileDown_WaitsForItsTime()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using (await StartAsync<Hourly>(runs, database.Setting))
            Assert.Empty(runs);

        await using var restarted = await StartAsync<Hourly>(runs, database.Setting);
        await restarted.AdvanceAsync(TimeSpan.FromTicks(1));

        Assert.Empty(runs);
    }

    [Fact]
    public async Task Timer_NotMonitored_ForgetsWhatItMissed()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using (await StartAsync<NotMonitored>(runs, database.Setting))
            Assert.Empty(runs);
        await using (var other = await StartAsync<Often>(new Runs(), database.Setting))
            await other.AdvanceAsync(Day);

        await using var restarted = await StartAsync<NotMonitored>(runs, database.Setting);
        await restarted.AdvanceAsync(TimeSpan.FromTicks(1));
        Assert.Empty(runs);

        await restarted.AdvanceAsync(Day);
        Assert.Null(Assert.Single(runs).ScheduleStatus);
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
        await using var host = await StartAsync<Hourly>(runs);

        await host.AdvanceAsync(Day);
        await host.AdvanceAsync(Day);

        var (first, second) = (runs.First().ScheduleStatus!, runs.Last().ScheduleStatus!);
        Assert.Equal(default, first.Last);
        Assert.InRange(second.Last - DateTime.Now, Day - Eventually.Patience, Day + Eventually.Patience);
        Assert.InRange(second.Next - second.Last, TimeSpan.Zero, TimeSpan.FromHours(1));
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

    [Fact]
    public async Task TwoProcesses_OnOneDatabase_FireATimerOnce()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using var one = await StartAsync<Hourly>(runs, database.Setting);
        await using var other = await StartAsync<Hourly>(runs, database.Setting);

        await other.AdvanceAsync(Day);
        await Eventually.TrueAsync(() => runs.Count > 0);
        await one.AdvanceAsync(TimeSpan.FromTicks(1));

        Assert.True(Assert.Single(runs).IsPastDue);
    }

    [Fact]
    public async Task SecondProcess_TakesTheTimersOver_WhenTheFirstEnds()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var (runs, runsOfOther) = (new Runs(), new Runs());
        var one = await StartAsync<Often>(runs, database.Setting);
        await using var other = await StartAsync<Often>(runsOfOther, database.Setting);
        await Eventually.TrueAsync(() => !runs.IsEmpty);
        Assert.Empty(runsOfOther);

        await one.DisposeAsync();

        await Eventually.TrueAsync(() => !runsOfOther.IsEmpty);
    }

    [Fact]
    public async Task Timers_GoOn_WhenTheirDatabaseConnectionsBreak()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using var host = await StartAsync<Often>(runs, database.Setting);
        await Eventually.TrueAsync(() => !runs.IsEmpty);

        await database.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        await Task.Delay(1500);
        runs.Clear();

        await Eventually.TrueAsync(() => !runs.IsEmpty);
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

    private static Task<FunctionsTestHost> StartAsync<TFunctions>(Runs runs, params (string, string?)[] settings) =>
        SampleApp.StartAsync<TFunctions>(builder => builder.Services.AddSingleton(runs), settings);

    internal sealed class Runs : ConcurrentQueue<TimerInfo>
    {
        private Task open = Task.CompletedTask;

        /// <summary>Keeps every run from ending until the returned action is called.</summary>
        public Action Hold()
        {
            var held = new TaskCompletionSource();
            open = held.Task;
            return held.SetResult;
        }

        public void Add(TimerInfo timer)
        {
            Enqueue(timer);
            open.Wait();
        }
    }

    internal sealed class Often(Runs runs)
    {
        [Function("Often")]
        public void Run([TimerTrigger("* * * * * *")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class Hourly(Runs runs)
    {
        [Function("Hourly")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class Interval(Runs runs)
    {
        [Function("Interval")]
        public void Run([TimerTrigger("10:00:00")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class NotMonitored(Runs runs)
    {
        [Function("NotMonitored")]
        public void Run([TimerTrigger("0 0 */12 * * *", UseMonitor = false)] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class AtStart(Runs runs)
    {
        [Function("AtStart")]
        public void Run([TimerTrigger("30 2 * * *", RunOnStartup = true)] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class Failing(Runs runs)
    {
        [Function("Failing")]
        public void Run([TimerTrigger("0 0 * * * *")] TimerInfo timer)
        {
            runs.Add(timer);
            throw new InvalidOperationException("sample");
        }
    }

    internal sealed class FromSetting(Runs runs)
    {
        [Function("FromSetting")]
        public void Run([TimerTrigger("%Schedule%")] TimerInfo timer) => runs.Add(timer);
    }

    internal sealed class UntilCancelled(Runs runs)
    {
        [Function("UntilCancelled")]
        public async Task Run([TimerTrigger("0 0 * * * *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken)
        {
            runs.Add(timer);
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            runs.Add(timer);
        }
    }
}
