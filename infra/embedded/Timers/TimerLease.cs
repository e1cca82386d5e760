using Npgsql;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>
/// The right to fire timers, held by one process of those that share a database: a session's advisory lock. PostgreSQL
/// frees it when the session ends, so the claim of a process that was killed ends with it.
/// </summary>
internal sealed class TimerLease : IAsyncDisposable
{
    private readonly NpgsqlConnection session;

    private TimerLease(NpgsqlConnection session) => this.session = session;

    public static async Task<TimerLease> OpenAsync(HostDatabase database, CancellationToken cancellationToken) =>
        new(await database.OpenSessionAsync(cancellationToken));

    /// <returns>False while another process has it.</returns>
    public async Task<bool> TryAcquireAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended('functions_host.timers', 0))", session);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Ends by an exception when the session, and with it the lease, is lost.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await HostDatabase.PauseAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select 1", session);
            await command.ExecuteScalarAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
