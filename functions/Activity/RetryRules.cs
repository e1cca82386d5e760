namespace NxLoy.Functions.Activity;

/// <summary>What may succeed later is tried again later and later, until it is too late.</summary>
public static class RetryRules
{
    /// <summary>How long a refund waits for its sale.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(7);

    /// <summary>How long an event waits for its business: long enough for one that was made a moment ago.</summary>
    public static readonly TimeSpan PatienceWithUnknown = TimeSpan.FromHours(1);

    /// <summary>How often an event is tried by itself that makes the app fail, or that the bus gave up: two hours in all.</summary>
    public const int TriesOfAFailure = 8;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(6);

    /// <summary>The delay doubles with each try; null when the time is over.</summary>
    /// <param name="attempt">Which try it was, from 1.</param>
    /// <param name="waited">Since it came first.</param>
    /// <param name="patience">Null for no end.</param>
    /// <param name="tries">How many there are; null for no end.</param>
    public static TimeSpan? DelayAfter(int attempt, TimeSpan waited, TimeSpan first, TimeSpan? patience, int? tries = null)
    {
        if (waited >= patience || attempt >= tries)
        {
            return null;
        }

        var delay = attempt > 20 ? LongestDelay : first * Math.Pow(2, Math.Max(0, attempt - 1));
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
