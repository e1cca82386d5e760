using Npgsql;

namespace NxLoy.Functions.Activity;

/// <summary>The database is away for a while, which says nothing of what was to be written.</summary>
internal static class Outage
{
    /// <summary>Less than host.json lets a function run. Machine time, in milliseconds.</summary>
    public const int Patience = 8 * 60_000;

    private const int FirstPause = 200;
    private const int LongestPause = 5_000;

    /// <summary>True for an outage, which will be over; false for what is the fault of what was written.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        NpgsqlException { IsTransient: true } => true,
        PostgresException { SqlState: ['5', '7', 'P', ..] or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.QueryCanceled } => true,
        PostgresException => false,
        NpgsqlException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>Does the work again and again until the database is back.</summary>
    /// <param name="patience">For how many milliseconds; 0 for one try.</param>
    /// <param name="waits">Told once, by what.</param>
    /// <returns>Null when it stayed away until then.</returns>
    public static async Task<T?> WaitOutAsync<T>(Func<Task<T>> work, int patience, Action<Exception> waits, CancellationToken stop) where T : class
    {
        var until = Environment.TickCount64 + patience;
        for (var pause = FirstPause; ; pause = Math.Min(LongestPause, pause * 2))
        {
            try
            {
                return await work();
            }
            catch (Exception away) when (Is(away))
            {
                if (pause == FirstPause)
                {
                    waits(away);
                }
            }

            if (Environment.TickCount64 + pause > until)
            {
                return null;
            }

            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return null;
            }
        }
    }
}
