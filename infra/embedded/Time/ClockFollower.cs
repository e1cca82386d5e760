using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Time;

/// <summary>Follows the offset that another process stores. Only in development, where the clock can be moved at all.</summary>
internal sealed partial class ClockFollower(ClockOffset offset, ILogger<ClockFollower> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (true)
        {
            await HostDatabase.PauseAsync(stoppingToken);
            try
            {
                await offset.LoadAsync(stoppingToken);
                failing = false;
            }
            catch (NpgsqlException exception)
            {
                if (!failing)
                    LostDatabase(exception);
                failing = true;
            }
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "The stored clock offset cannot be read; trying on")]
    private partial void LostDatabase(Exception exception);
}
