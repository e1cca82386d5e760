using System.Collections.Concurrent;

namespace NxLoy.Functions.Embedded.Time;

/// <summary>
/// Business time: machine time plus an offset that only grows. Timers made through it fall due when business time
/// reaches them, so a jump lets them fire at once. <see cref="TimeProvider.GetTimestamp"/> stays machine time: how long
/// a thing took is not moved by a jump. What must never move (leases, locks, timeouts) asks <see cref="TimeProvider.System"/>.
/// </summary>
internal sealed class BusinessClock : TimeProvider
{
    private readonly ConcurrentDictionary<BusinessTimer, bool> armed = new();
    private TaskCompletionSource nextJump = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long offset;

    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offset));

    /// <summary>Done when the offset grows. To miss no jump, ask for it before reading the time.</summary>
    public Task NextJump => Volatile.Read(ref nextJump).Task;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;

    /// <summary>Moves to an offset, unless business time is there already: it never goes back.</summary>
    public void MoveTo(TimeSpan target)
    {
        long current;
        while ((current = Interlocked.Read(ref offset)) < target.Ticks)
        {
            if (Interlocked.CompareExchange(ref offset, target.Ticks, current) != current)
                continue;
            foreach (var timer in armed.Keys)
                timer.Rearm();
            Interlocked.Exchange(ref nextJump, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            return;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new BusinessTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class BusinessTimer : ITimer
    {
        private readonly BusinessClock clock;
        private readonly ITimer machine;
        private readonly Lock gate = new();
        private DateTimeOffset dueAt;
        private TimeSpan period;

        public BusinessTimer(BusinessClock clock, TimerCallback callback, object? state)
        {
            this.clock = clock;
            machine = System.CreateTimer(
                _ =>
                {
                    if (IsDue())
                        callback(state);
                },
                null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (gate)
            {
                this.period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    clock.armed.TryRemove(this, out _);
                }
                else
                {
                    // Armed first: a jump from here on finds this timer and waits for the gate.
                    clock.armed[this] = true;
                    dueAt = clock.GetUtcNow() + dueTime;
                }

                return machine.Change(dueTime, period);
            }
        }

        /// <summary>After a jump: what is due fires now, the rest waits that much less.</summary>
        public void Rearm()
        {
            lock (gate)
            {
                if (!clock.armed.ContainsKey(this))
                    return;
                var left = dueAt - clock.GetUtcNow();
                machine.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, period);
            }
        }

        public void Dispose()
        {
            clock.armed.TryRemove(this, out _);
            machine.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            clock.armed.TryRemove(this, out _);
            return machine.DisposeAsync();
        }

        // A jump may rearm a timer that is just firing: once it has fired, it is not due again.
        private bool IsDue()
        {
            lock (gate)
            {
                if (period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero)
                    return clock.armed.TryRemove(this, out _);
                dueAt = clock.GetUtcNow() + period;
                return clock.armed.ContainsKey(this);
            }
        }
    }
}
