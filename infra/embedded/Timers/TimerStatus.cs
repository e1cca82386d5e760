using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>Where a timer stands. Last is null until the first run.</summary>
internal sealed record TimerStatus(DateTimeOffset? Last, DateTimeOffset Next, DateTimeOffset LastUpdated)
{
    // The worker hands the function local times; "never" is 0001-01-01.
    public ScheduleStatus AsScheduleStatus() =>
        new() { Last = Last?.LocalDateTime ?? default, Next = Next.LocalDateTime, LastUpdated = LastUpdated.LocalDateTime };
}
