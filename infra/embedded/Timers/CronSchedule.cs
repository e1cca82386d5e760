using NCrontab;
using NodaTime;
using NodaTime.TimeZones;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>
/// NCRONTAB read on a zone's wall clock. When clocks go back, "at 01:30" fires in the first of the two hours only while
/// "every 30 minutes" fires through both; when they go forward, what the gap swallows fires by the gap later. As on the
/// Functions host (azure-webjobs-sdk-extensions, CronSchedule.cs).
/// </summary>
internal sealed class CronSchedule : TimerSchedule
{
    private readonly CrontabSchedule cron;
    private readonly DateTimeZone zone;
    private readonly bool isInterval;

    public CronSchedule(CrontabSchedule cron, DateTimeZone zone)
    {
        this.cron = cron;
        this.zone = zone;
        var fields = cron.ToString().Split(' ');
        isInterval = fields.Take(fields.Length - 3).Any(f => f.AsSpan().IndexOfAny('*', '/', '-') >= 0);
        IsFrequent = fields.Skip(1).All(f => f == "*") && fields.Length == 6 && OccurrencesInAMinute() > 1;
    }

    public override bool IsFrequent { get; }

    public override DateTimeOffset Next(DateTimeOffset after)
    {
        var now = Instant.FromDateTimeOffset(after);
        var next = isInterval ? NextOfInterval(now) : NextOfPoint(now);
        return next?.ToDateTimeOffset() ?? DateTimeOffset.MaxValue;
    }

    // A wall-clock time that comes twice counts once, at its first: a second one lies before "now" or is skipped here.
    private Instant? NextOfPoint(Instant now)
    {
        for (var local = now.InZone(zone).LocalDateTime; NextLocal(local) is { } next; local = next)
        {
            var instant = zone.ResolveLocal(next, Resolvers.LenientResolver).ToInstant();
            if (instant > now)
                return instant;
        }

        return null;
    }

    private Instant? NextOfInterval(Instant now)
    {
        var period = zone.GetZoneInterval(now);
        if (NextLocal(now.InZone(zone).LocalDateTime) is not { } next)
            return null;
        var instant = next.WithOffset(period.WallOffset).ToInstant();
        if (!period.HasEnd || instant < period.End)
            return instant;
        if (zone.MapLocal(next).Count == 0)
            return zone.ResolveLocal(next, Resolvers.LenientResolver).ToInstant();

        // Past the change of offset: the first occurrence on the wall clock as it stands from then on.
        var changed = period.End.InZone(zone).LocalDateTime;
        return NextLocal(changed.PlusSeconds(-1)) is { } first ? zone.ResolveLocal(first, LaterOffset).ToInstant() : null;
    }

    private static readonly ZoneLocalMappingResolver LaterOffset =
        Resolvers.CreateMappingResolver(Resolvers.ReturnLater, Resolvers.ReturnForwardShifted);

    // NCrontab answers its upper bound when nothing follows (30 February).
    private LocalDateTime? NextLocal(LocalDateTime after) =>
        cron.GetNextOccurrence(after.ToDateTimeUnspecified()) is { Year: < 9999 } next ? LocalDateTime.FromDateTime(next) : null;

    private int OccurrencesInAMinute()
    {
        var start = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);
        return cron.GetNextOccurrences(start.AddSeconds(-1), start.AddMinutes(1)).Count();
    }
}
