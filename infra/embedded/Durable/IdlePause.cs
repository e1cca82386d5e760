namespace NxLoy.Functions.Embedded.Durable;

/// <summary>How long to wait for a signal before looking by oneself: the longer nothing was found, the longer.</summary>
internal sealed class IdlePause
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan next = Shortest;

    /// <param name="found">Whether there was anything to do this time.</param>
    public TimeSpan Next(bool found)
    {
        var pause = found ? Shortest : next;
        next = 2 * pause < Longest ? 2 * pause : Longest;
        return pause;
    }
}
