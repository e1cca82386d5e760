namespace NxLoy.Functions.Embedded.Timers;

/// <summary>Decides at start whether a run was missed. Pure: what is stored, the schedule, now.</summary>
internal static class PastDue
{
    /// <returns>The status to go on with, and whether its next run lies in the past.</returns>
    public static (TimerStatus Status, bool IsPastDue) At(DateTimeOffset now, TimerStatus? stored, TimerSchedule schedule)
    {
        if (stored is null)
            return (new TimerStatus(null, schedule.Next(now), now), false);

        // A stored time that the schedule would not give today means that the schedule was changed: nothing was missed then.
        var expected = schedule.Next(stored.Last ?? stored.LastUpdated);
        if (stored.Next == expected)
            return (stored, now > stored.Next);
        return now > expected
            ? (new TimerStatus(null, schedule.Next(now), now), false)
            : (stored with { Last = null, Next = expected, LastUpdated = stored.Last ?? stored.LastUpdated }, false);
    }
}
