namespace NxLoy.Functions.Tiers;

/// <summary>
/// What has happened since a customer was evaluated last, without any event of its own: days that began, and thresholds that
/// changed. Each takes effect at its instant, however late anybody looks.
/// </summary>
internal static class MissedRules
{
    /// <param name="evaluated">The last local day that was looked at; null where nothing can have changed before the first of the versions.</param>
    /// <param name="version">The thresholds by which it was.</param>
    /// <param name="today">The local day now.</param>
    /// <param name="versions">The thresholds since, that version among them unless it is 0; in their order.</param>
    /// <param name="timeZone">The business's.</param>
    public static IReadOnlyList<MissedOccasion> Since(
        DateOnly? evaluated, long version, DateOnly today, IReadOnlyList<TierVersion> versions, string timeZone)
    {
        var current = versions.LastOrDefault(one => one.Version <= version) ?? TierVersion.None;
        var pending = new Queue<TierVersion>(versions.Where(one => one.Version > version));
        var day = Earlier(evaluated ?? (pending.TryPeek(out var first) ? DayOf(first) : today), today);
        var missed = new List<MissedOccasion>();
        while (true)
        {
            while (pending.TryPeek(out var next) && Earlier(DayOf(next), today) <= day)
            {
                current = pending.Dequeue();
                missed.Add(new MissedOccasion(day, current, current.Since, IsReconfigured: true));
            }

            if (day >= today)
            {
                return missed;
            }

            day = day.AddDays(1);
            missed.Add(new MissedOccasion(day, current, BusinessCalendar.StartOf(day, timeZone), IsReconfigured: false));
        }

        DateOnly DayOf(TierVersion one) => BusinessCalendar.LocalDay(one.Since, timeZone);
    }

    private static DateOnly Earlier(DateOnly one, DateOnly other) => one < other ? one : other;
}

/// <summary>A day that began, or thresholds that changed on it.</summary>
internal sealed record MissedOccasion(DateOnly Day, TierVersion Configuration, DateTimeOffset At, bool IsReconfigured);
