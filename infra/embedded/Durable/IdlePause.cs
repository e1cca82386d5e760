namespace NxLoy.Functions.Embedded.Durable;

/// <summary>How long to wait for a signal before looking by oneself: the longer nothing was found, the longer.</summary>
internal sealed class IdlePause(DurableOptions options)
{
    private TimeSpan next = options.ShortestIdlePause;

    /// <param name="found">Whether there was anything to do this time.</param>
    public TimeSpan Next(bool found)
    {
        var pause = found ? options.ShortestIdlePause : next;
        next = 2 * pause < options.LongestIdlePause ? 2 * pause : options.LongestIdlePause;
        return pause;
    }
}
