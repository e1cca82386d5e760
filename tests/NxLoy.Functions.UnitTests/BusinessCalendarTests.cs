using System.Globalization;
using FsCheck.Xunit;
using NodaTime;

namespace NxLoy.Functions.UnitTests;

public sealed class BusinessCalendarTests
{
    private static readonly string[] Zones = [.. DateTimeZoneProviders.Tzdb.Ids.Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("2025-06-30T23:59:59Z", "UTC", "2025-06-30")]
    [InlineData("2025-06-30T23:59:59Z", "Asia/Tokyo", "2025-07-01")]
    [InlineData("2025-07-01T03:59:59Z", "America/New_York", "2025-06-30")]
    [InlineData("2025-07-01T04:00:00Z", "America/New_York", "2025-07-01")]
    [InlineData("2025-01-01T04:59:59Z", "America/New_York", "2024-12-31")]
    [InlineData("2025-06-30T18:14:59Z", "Asia/Kathmandu", "2025-06-30")]
    [InlineData("2025-06-30T18:15:00Z", "Asia/Kathmandu", "2025-07-01")]
    [InlineData("2025-06-30T10:00:00Z", "Pacific/Kiritimati", "2025-07-01")]
    [InlineData("2025-06-30T10:59:59Z", "Pacific/Pago_Pago", "2025-06-29")]
    public void LocalDay_IsTheDateOnTheWall(string instant, string zone, string expected) =>
        Assert.Equal(Date(expected), BusinessCalendar.LocalDay(At(instant), zone));

    [Theory]
    [InlineData("2025-06-30", "UTC", "2025-06-30T00:00:00Z")]
    [InlineData("2025-06-30", "America/New_York", "2025-06-30T04:00:00Z")]
    [InlineData("2025-12-31", "America/New_York", "2025-12-31T05:00:00Z")]
    [InlineData("2025-06-30", "Asia/Kathmandu", "2025-06-29T18:15:00Z")]

    // The clock jumps at midnight, so the day begins at 01:00.
    [InlineData("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z")]
    [InlineData("2024-09-08", "America/Santiago", "2024-09-08T04:00:00Z")]
    [InlineData("2024-04-26", "Africa/Cairo", "2024-04-25T22:00:00Z")]

    // Midnight comes twice: the day begins with the first.
    [InlineData("2024-11-03", "America/Havana", "2024-11-03T04:00:00Z")]
    public void StartOf_IsTheFirstInstantOfTheDate(string date, string zone, string expected) =>
        Assert.Equal(At(expected), BusinessCalendar.StartOf(Date(date), zone));

    [Theory]
    [InlineData("Europe/Lisbon", true)]
    [InlineData("UTC", true)]
    [InlineData("Etc/GMT+5", true)]
    [InlineData("europe/lisbon", false)]
    [InlineData("W. Europe Standard Time", false)]
    [InlineData("UTC+1", false)]
    [InlineData("Mars/Olympus", false)]
    [InlineData("", false)]
    public void IsZone_KnowsIanaNames(string zone, bool expected) => Assert.Equal(expected, BusinessCalendar.IsZone(zone));

    [Property]
    public bool StartOf_AnyDateAndZone_IsOnItsDateAndTheInstantBeforeIsNot(uint day, uint zone)
    {
        var date = new DateOnly(1990, 1, 1).AddDays((int)(day % 20_000));
        var id = Zones[zone % Zones.Length];
        var start = BusinessCalendar.StartOf(date, id);

        // A date that a zone left out altogether (Samoa's 30 December 2011) begins with the next one.
        return start.Offset == TimeSpan.Zero
            && BusinessCalendar.LocalDay(start, id) >= date
            && BusinessCalendar.LocalDay(start.AddTicks(-1), id) < date;
    }

    [Property]
    public bool LocalDay_OfTwentyFourHoursLater_IsNeverAnEarlierDate(uint minutes, uint zone)
    {
        var instant = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes % 20_000_000);
        var id = Zones[zone % Zones.Length];

        return BusinessCalendar.LocalDay(instant.AddDays(1), id) >= BusinessCalendar.LocalDay(instant, id);
    }

    [Property]
    public bool Offsets_GiveTheLocalDayOfEveryInstantBetween(uint minutes, uint length, uint part, uint zone)
    {
        var id = Zones[zone % Zones.Length];
        var first = new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minutes % 20_000_000);
        var last = first.AddMinutes(length % 1_000_000);
        var instant = first.AddMinutes(part % (length % 1_000_000 + 1));
        var offsets = BusinessCalendar.Offsets(id, first, last);

        return offsets[0].From == first && offsets.Zip(offsets.Skip(1)).All(one => one.First.From < one.Second.From)
            && DateOnly.FromDateTime(instant.UtcDateTime.AddSeconds(offsets.Last(offset => offset.From <= instant).Seconds)) == BusinessCalendar.LocalDay(instant, id);
    }

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    private static DateOnly Date(string date) => DateOnly.Parse(date, CultureInfo.InvariantCulture);
}
