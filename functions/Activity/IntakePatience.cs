namespace NxLoy.Functions.Activity;

/// <summary>
/// How long one batch of messages waits for the database, all its businesses together. Machine time: it has nothing to do
/// with when an event happened, but with how long a function may run and for how long others can be made to wait.
/// </summary>
/// <param name="outage">For how long it waits while the database is away.</param>
/// <param name="stop">Ends waiting.</param>
internal sealed class IntakePatience(TimeSpan outage, CancellationToken stop)
{
    /// <summary>How long a batch waits for what others hold, and how long its parts are tried by themselves: in seconds, since all other businesses wait with it.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Parts = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly long until = Environment.TickCount64 + (long)outage.TotalMilliseconds;
    private long busySince;
    private bool isOver;

    /// <summary>It has been waited for the database long enough; who has not tried yet need not.</summary>
    public bool IsOver => Volatile.Read(ref isOver);

    /// <summary>Whether it is still worth finding out which of the events cannot be recorded.</summary>
    public bool IsWorthParting(IntakeFailure failure) => failure switch
    {
        IntakeFailure.OfTheEvents => true,
        IntakeFailure.Away => false,
        _ => BusyFor < Parts,
    };

    /// <summary>Pauses before the next try.</summary>
    /// <param name="tries">How many there were.</param>
    /// <returns>False when there is to be none.</returns>
    public async Task<bool> PauseAsync(IntakeFailure failure, int tries)
    {
        if (failure == IntakeFailure.OfTheEvents || (failure != IntakeFailure.Away && BusyFor >= Busy))
        {
            return false;
        }

        var pause = ShortestPause * Math.Pow(2, Math.Min(tries - 1, 10));
        await Task.Delay(pause < LongestPause ? pause : LongestPause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested && Environment.TickCount64 < until)
        {
            return true;
        }

        if (failure == IntakeFailure.Away)
        {
            Volatile.Write(ref isOver, true);
        }

        return false;
    }

    // Since the first of the batch's businesses had to wait.
    private TimeSpan BusyFor
    {
        get
        {
            var now = Environment.TickCount64;
            var since = Interlocked.CompareExchange(ref busySince, now, 0);
            return since == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(now - since);
        }
    }
}
