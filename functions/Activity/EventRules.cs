namespace NxLoy.Functions.Activity;

/// <summary>What holds of events of every kind.</summary>
public static class EventRules
{
    /// <summary>The most points that are kept, so that sums of them always fit.</summary>
    public const long MaxPoints = 1_000_000_000_000;

    /// <summary>Clocks differ: so much into the future is still now.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private static readonly DateTimeOffset Earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Why something cannot have happened at an instant; null when it can.</summary>
    public static string? TimeFaultOf(DateTimeOffset occurredAt, DateTimeOffset now) =>
        occurredAt > now + ClockTolerance ? "future_dated" : occurredAt < Earliest ? "invalid_time" : null;
}
