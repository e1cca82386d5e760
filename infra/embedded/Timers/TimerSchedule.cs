using System.Globalization;
using NCrontab;
using NodaTime;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>When a timer fires.</summary>
internal abstract class TimerSchedule
{
    /// <summary>Fires more than once a minute: too often to remember over restarts.</summary>
    public abstract bool IsFrequent { get; }

    /// <summary>The first occurrence after an instant; <see cref="DateTimeOffset.MaxValue"/> if there is none.</summary>
    public abstract DateTimeOffset Next(DateTimeOffset after);

    /// <param name="expression">NCRONTAB with 5 or 6 fields, or a TimeSpan.</param>
    /// <param name="zone">The zone whose wall clock an NCRONTAB expression means.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static TimerSchedule Parse(string expression, DateTimeZone zone)
    {
        var withSeconds = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length != 5;
        if (CrontabSchedule.TryParse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = withSeconds }) is { } cron)
            return new CronSchedule(cron, zone);
        if (TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero)
            return new ConstantSchedule(interval);
        throw new FormatException($"The schedule expression '{expression}' was not recognized as a valid cron expression or timespan string.");
    }
}

/// <summary>Every so often, whatever the clocks show.</summary>
internal sealed class ConstantSchedule(TimeSpan interval) : TimerSchedule
{
    public override bool IsFrequent => interval < TimeSpan.FromMinutes(1);

    public override DateTimeOffset Next(DateTimeOffset after) => after + interval;
}
