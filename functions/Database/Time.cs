namespace NxLoy.Functions.Database;

public static class Time
{
    /// <summary>
    /// Business time as PostgreSQL can hold it: to the microsecond, so that what is answered on writing is what is read.
    /// </summary>
    public static DateTimeOffset Now(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
