using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// Says that there may be work: at once in this process, by NOTIFY in others. Only a hint: whoever hears nothing looks by
/// itself, two seconds later at the latest.
/// </summary>
internal sealed class WorkSignal(HostDatabase database, Worker worker, ILogger<WorkSignal> log) : BackgroundService
{
    private const string Channel = "functions_host_durable";

    // Many commits share one notification; its lock is the server's own and must not hold them up.
    private static readonly TimeSpan BetweenNotifications = TimeSpan.FromMilliseconds(10);

    private TaskCompletionSource next = NewSource();
    private TaskCompletionSource unsaid = NewSource();

    /// <summary>Done at the next sign of work. Ask for it before looking, so that nothing is missed in between.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>To be called after a commit that made work.</summary>
    public void Set()
    {
        Wake();
        Volatile.Read(ref unsaid).TrySetResult();
    }

    /// <summary>Wakes this process alone.</summary>
    public void Wake() => Interlocked.Exchange(ref next, NewSource()).TrySetResult();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(ListenAsync(stoppingToken), NotifyAsync(stoppingToken));

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await using var session = await database.OpenSessionAsync(stoppingToken);
                session.Notification += (_, notification) =>
                {
                    if (notification.Payload != worker.Id.ToString())
                        Wake();
                };
                await using (var listen = new NpgsqlCommand($"listen {Channel}", session))
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                while (true)
                    await session.WaitAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                log.CannotListen(exception);
            }

            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, stoppingToken);
        }
    }

    private async Task NotifyAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Volatile.Read(ref unsaid).Task.WaitAsync(stoppingToken);
            Volatile.Write(ref unsaid, NewSource());
            try
            {
                await using var notify = database.Source.Command("select pg_notify($1, $2)", Channel, worker.Id.ToString());
                await notify.ExecuteNonQueryAsync(stoppingToken);
            }
            catch (NpgsqlException)
            {
                // The others look by themselves.
            }

            await Task.Delay(BetweenNotifications, TimeProvider.System, stoppingToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
