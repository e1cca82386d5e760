using static NxLoy.Functions.IntegrationTests.Embedded.TimerSamples;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>Timers whose schedule outlives the process, and processes that share them.</summary>
public sealed class KeptTimerTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Timer_MissedWhileDown_FiresOnceAtStartPastDue()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using (await StartAsync<Daily>(runs, database.Setting))
            Assert.Empty(runs);

        await database.ExecuteAsync(
            "update functions_host.timers set next = next - interval '1 day', last_updated = last_updated - interval '1 day'");
        await using var restarted = await StartAsync<Daily>(runs, database.Setting);
        await Eventually.TrueAsync(() => runs.Count > 0);
        await restarted.AdvanceAsync(TimeSpan.FromTicks(1));

        Assert.True(Assert.Single(runs).IsPastDue);
    }

    [Fact]
    public async Task Timer_NotMissedWhileDown_WaitsForItsTime()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using (await StartAsync<Daily>(runs, database.Setting))
            Assert.Empty(runs);

        await using var restarted = await StartAsync<Daily>(runs, database.Setting);
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
    public async Task TwoProcesses_OnOneDatabase_FireATimerOnce()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        var runs = new Runs();
        await using var one = await StartAsync<Daily>(runs, database.Setting);
        await using var other = await StartAsync<Daily>(runs, database.Setting);

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
}
