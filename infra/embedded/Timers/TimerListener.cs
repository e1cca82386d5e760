using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>Runs one timer function on its schedule, in business time, one run after the other.</summary>
internal sealed class TimerListener(
    Function function, TimerSchedule schedule, ScheduleMonitor? monitor, BusinessClock clock, FunctionPipeline pipeline, IServiceProvider services, ILogger log)
{
    // A machine timer takes no longer wait, so a longer one is waited out in pieces.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    private TimerStatus? status;
    private TimeSpan seenOffset;
    private long settledOffset = -1;

    public string Name => function.Name;

    /// <summary>Has run everything that fell due by a jump to this offset, and waits.</summary>
    public bool IsSettled(TimeSpan offset) => Interlocked.Read(ref settledOffset) >= offset.Ticks;

    /// <summary>Runs the function outside its schedule, which goes on as if nothing had been.</summary>
    public async Task RunNowAsync(CancellationToken cancellationToken)
    {
        var recorded = monitor is null ? null : await monitor.GetAsync(function.Name, cancellationToken);
        await RunAsync(recorded, isPastDue: false, cancellationToken);
    }

    /// <summary>Looks up where the schedule stands; true if a run was missed.</summary>
    public async Task<bool> StartAsync(CancellationToken stopping)
    {
        Interlocked.Exchange(ref settledOffset, -1);
        seenOffset = clock.Offset;
        var stored = monitor is null ? null : await monitor.GetAsync(function.Name, stopping);
        (status, var isPastDue) = PastDue.At(Now(), stored, schedule);
        if (monitor is not null && status != stored)
            await monitor.SetAsync(function.Name, status, stopping);
        return isPastDue;
    }

    public async Task ListenAsync(bool isPastDue, CancellationToken stopping)
    {
        if (isPastDue || function.Timer!.RunOnStartup)
            await FireAsync(isPastDue, adjust: false, stopping);
        while (true)
            await FireAsync(await WaitAsync(stopping), adjust: true, stopping);
    }

    /// <returns>True if a jump of business time carried us past the occurrence.</returns>
    private async Task<bool> WaitAsync(CancellationToken stopping)
    {
        while (true)
        {
            var jump = clock.NextJump;
            var offset = clock.Offset;
            var left = status!.Next - clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
                return offset != seenOffset;
            seenOffset = offset;
            Interlocked.Exchange(ref settledOffset, offset.Ticks);
            await jump.WaitAsync(left < LongestWait ? left : LongestWait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stopping.ThrowIfCancellationRequested();
        }
    }

    private async Task FireAsync(bool isPastDue, bool adjust, CancellationToken stopping)
    {
        var firedAt = Now();
        seenOffset = clock.Offset;
        try
        {
            await RunAsync(monitor is null ? null : status, isPastDue, stopping);
        }
#pragma warning disable CA1031 // The schedule outlives every failure of the function; the pipeline has logged it
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        // Fired a moment early, the same occurrence would come again.
        if (adjust && status!.Next > firedAt)
            firedAt = status.Next;
        status = new TimerStatus(firedAt, schedule.Next(firedAt), firedAt);
        if (monitor is not null)
            await RecordAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private async Task RunAsync(TimerStatus? recorded, bool isPastDue, CancellationToken cancellationToken) =>
        await pipeline.RunAsync(
            function, new TimerInfo { IsPastDue = isPastDue, ScheduleStatus = recorded?.AsScheduleStatus() }, services, cancellationToken);

    // The run is done: it is recorded even while stopping, and a database that is away for a while does not end the schedule.
    private async Task RecordAsync()
    {
        try
        {
            await monitor!.SetAsync(function.Name, status!, CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            log.StatusNotStored(exception, function.Name);
        }
    }

    // Whole milliseconds, so that what the database gives back equals what it was given.
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
