using System.Globalization;

namespace NxLoy.Functions.Http;

/// <summary>One end of a range of time, which belongs to the range: an instant, or a whole local day of the business.</summary>
public sealed record Moment(DateOnly? Day, DateTimeOffset? Instant)
{
    /// <summary>Reads <c>yyyy-MM-dd</c>, or an RFC 3339 time with its offset.</summary>
    public static Moment? Read(Fields fields, string name)
    {
        if (fields.Text(name, 40) is not { } text)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1 and < 9999)
        {
            return new Moment(day, null);
        }

        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            && instant.Year is > 1 and < 9999)
        {
            return new Moment(null, instant.ToUniversalTime());
        }

        fields.Fault(name, "invalid_time", "This must be a date, yyyy-MM-dd, or a time such as 2026-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>Reads an RFC 3339 time, to the microsecond.</summary>
    public static DateTimeOffset? ReadInstant(Fields fields, string name)
    {
        if (fields.Text(name, 40) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            && instant.Year is > 1 and < 9999)
        {
            return instant.ToUniversalTime().AddTicks(-(instant.Ticks % TimeSpan.TicksPerMicrosecond));
        }

        fields.Fault(name, "invalid_time", "This must be a time such as 2026-01-31T12:00:00Z.");
        return null;
    }

    /// <summary>The first instant of a range that begins here.</summary>
    public DateTimeOffset Start(string timeZone) => Instant ?? BusinessCalendar.StartOf(Day!.Value, timeZone);

    /// <summary>The first instant after a range that ends here.</summary>
    public DateTimeOffset End(string timeZone) => Instant?.AddTicks(TimeSpan.TicksPerMicrosecond) ?? BusinessCalendar.StartOf(Day!.Value.AddDays(1), timeZone);

    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
}
