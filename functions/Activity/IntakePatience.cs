namespace NxLoy.Functions.Activity;

/// <summary>
/// How long one batch of events waits for the database, all its businesses together. Machine time: it has nothing to do
/// with when an event happened, but with how long a function may run and for how long others can be made to wait.
/// </summary>
/// <param name="outage">For how long it waits while the database is away.</param>
/// <param name="stop">Ends waiting.</param>
internal sealed class IntakePatience(TimeSpan outage, CancellationToken stop)
{
    /// <summary>How long a batch waits for what others hold, and how long its parts are tried by themselves: in seconds, since all other businesses wait with it.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Parts = TimeSpan.FromSeconds(20);

    /// <summary>How long a batch of messages waits for a database that is away: less than host.json lets a function run.</summary>
    public static readonly TimeSpan OfAFunction = TimeSpan.FromMinutes(8);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly long until = Environment.TickCount64 + (long)outage.TotalMilliseconds;
    private long busySince;
    private bool isOver;

    /// <summary>Whether it is still worth finding out which of the events cannot be recorded.</summary>
    public bool IsWorthParting(IntakeFailure failure) => failure switch
    {
        IntakeFailure.OfTheEvents => true,
        IntakeFailure.Away => false,
        _ => BusyFor < Parts,
    };

    /// <summary>Does the work, again and again while that may help.</summary>
    /// <param name="why">Told how it failed, and how often so far; says what that means.</param>
    /// <returns>Why it is not done; null when it is.</returns>
    public async Task<IntakeFailure?> TryAsync(Func<Task> work, Func<Exception, int, Task<IntakeFailure>> why)
    {
        // It has been waited for the database long enough: who has not tried yet need not.
        if (Volatile.Read(ref isOver))
        {
            return IntakeFailure.Away;
        }

        for (var tries = 1; ; tries++)
        {
            IntakeFailure failure;
            try
            {
                await work();
                return null;
            }
#pragma warning disable CA1031 // Whatever it is, it is this batch's alone: others go on
            catch (Exception failed)
#pragma warning restore CA1031
            {
                failure = await why(failed, tries);
            }

            if (!await PauseAsync(failure, tries))
            {
                return failure;
            }
        }
    }

    private async Task<bool> PauseAsync(IntakeFailure failure, int tries)
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
