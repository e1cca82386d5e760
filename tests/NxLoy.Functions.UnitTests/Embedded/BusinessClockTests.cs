using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.UnitTests.Embedded;

public sealed class BusinessClockTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly BusinessClock clock = new();

    [Fact]
    public void MoveTo_MovesTheTimeForward_AndNeverBack()
    {
        clock.MoveTo(TimeSpan.FromDays(30));
        clock.MoveTo(TimeSpan.FromDays(29));

        Assert.Equal(TimeSpan.FromDays(30), clock.Offset);
        Assert.InRange(clock.GetUtcNow() - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(30) - TimeSpan.FromMinutes(1), TimeSpan.FromDays(30));
    }

    [Fact]
    public void GetTimestamp_StaysMachineTime()
    {
        var before = clock.GetTimestamp();
        clock.MoveTo(TimeSpan.FromDays(1));

        Assert.InRange(clock.GetElapsedTime(before), TimeSpan.Zero, TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Timer_DueByTheJump_FiresAtOnce_AndTheOthersWaitOn()
    {
        using var stop = new CancellationTokenSource();
        var tomorrow = Task.Delay(TimeSpan.FromDays(1), clock);
        var nextWeek = Task.Delay(TimeSpan.FromDays(7), clock, stop.Token);

        clock.MoveTo(TimeSpan.FromDays(2));

        await tomorrow.WaitAsync(Patience);
        Assert.False(nextWeek.IsCompleted);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Timer_WaitsThatMuchLess_AfterAJumpShortOfIt()
    {
        var soon = Task.Delay(TimeSpan.FromDays(1), clock);

        clock.MoveTo(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(50));

        await soon.WaitAsync(Patience);
    }

    [Fact]
    public async Task PeriodicTimer_FiresOnceForAJump_AndGoesOn()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        clock.MoveTo(TimeSpan.FromDays(1));
        Assert.True(await timer.WaitForNextTickAsync().AsTask().WaitAsync(Patience));

        var second = timer.WaitForNextTickAsync().AsTask();
        Assert.False(second.IsCompleted);
        clock.MoveTo(TimeSpan.FromDays(2));

        Assert.True(await second.WaitAsync(Patience));
    }

    [Fact]
    public async Task CancellationTokenSource_ExpiresInBusinessTime()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromDays(30), clock);
        var cancelled = new TaskCompletionSource();
        await using var registration = source.Token.Register(cancelled.SetResult);

        clock.MoveTo(TimeSpan.FromDays(31));

        await cancelled.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Timer_Disposed_DoesNotFireAfterAJump()
    {
        var fired = 0;
        var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        await timer.DisposeAsync();

        clock.MoveTo(TimeSpan.FromDays(1));
        await Task.Delay(50);

        Assert.Equal(0, fired);
    }
}
