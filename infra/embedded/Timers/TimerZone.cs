using NodaTime;
using NodaTime.TimeZones;

namespace NxLoy.Functions.Embedded.Timers;

internal static class TimerZone
{
    /// <param name="name">An IANA name, or a Windows one, which WEBSITE_TIME_ZONE takes on Windows plans.</param>
    /// <exception cref="DateTimeZoneNotFoundException">It is neither.</exception>
    public static DateTimeZone Find(string name) =>
        TzdbDateTimeZoneSource.Default.WindowsToTzdbIds.TryGetValue(name, out var iana)
            ? DateTimeZoneProviders.Tzdb[iana]
            : DateTimeZoneProviders.Tzdb[name];
}
