using NodaTime;

namespace NxLoy.Functions;

/// <summary>
/// Days as a business counts them: whole local days of its IANA zone, by NodaTime's own data, since PostgreSQL's and
/// .NET's rules differ by version and platform.
/// </summary>
public static class BusinessCalendar
{
    public static DateOnly Today(DateTimeOffset now, string timeZone) => LocalDay(now, timeZone);

    /// <summary>The local date on which an instant falls.</summary>
    public static DateOnly LocalDay(DateTimeOffset instant, string timeZone) =>
        Instant.FromDateTimeOffset(instant).InZone(Zone(timeZone)).Date.ToDateOnly();

    /// <summary>The instant at which a local date begins; where midnight is skipped, the first one after it.</summary>
    public static DateTimeOffset StartOf(DateOnly day, string timeZone) =>
        Zone(timeZone).AtStartOfDay(LocalDate.FromDateOnly(day)).ToDateTimeOffset().ToUniversalTime();

    /// <summary>How far the zone's clock is ahead of UTC from the first instant to the last: since when, and by how much.</summary>
    public static IReadOnlyList<(DateTimeOffset From, int Seconds)> Offsets(string timeZone, DateTimeOffset first, DateTimeOffset last)
    {
        var (begin, end) = (Instant.FromDateTimeOffset(first), Instant.FromDateTimeOffset(last) + Duration.Epsilon);
        return [.. Zone(timeZone).GetZoneIntervals(begin, end).Select((interval, at) =>
            (at == 0 ? first : interval.Start.ToDateTimeOffset(), interval.WallOffset.Seconds))];
    }

    public static bool IsZone(string timeZone) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone) is not null;

    private static DateTimeZone Zone(string timeZone) => DateTimeZoneProviders.Tzdb[timeZone];
}
