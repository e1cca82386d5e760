namespace NxLoy.Functions.Exports;

/// <summary>A customer who asks has to be answered within one calendar month (GDPR, Article 12(3)), in the business's days.</summary>
public static class ApprovalRules
{
    private static readonly int[] Warnings = [0, 2, 7, 14];

    /// <summary>The last local day of the month: the same day of the next one, or its last where it has no such day.</summary>
    public static DateOnly LastDay(DateTimeOffset askedAt, string timeZone) => BusinessCalendar.LocalDay(askedAt, timeZone).AddMonths(1);

    /// <summary>
    /// Which warning is due: 14, 7 or 2 days before the last day, 0 on it and after; null before the first. Of those that
    /// are due at once only the last one counts.
    /// </summary>
    public static int? Warning(DateTimeOffset askedAt, DateTimeOffset now, string timeZone)
    {
        var left = LastDay(askedAt, timeZone).DayNumber - BusinessCalendar.LocalDay(now, timeZone).DayNumber;
        return Array.FindIndex(Warnings, days => left <= days) is var found and >= 0 ? Warnings[found] : null;
    }
}
