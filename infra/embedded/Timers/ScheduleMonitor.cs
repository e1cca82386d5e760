using System.Collections.Concurrent;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Timers;

/// <summary>Remembers where each timer stands, so that a restart notices what it missed.</summary>
internal abstract class ScheduleMonitor
{
    public abstract Task<TimerStatus?> GetAsync(string function, CancellationToken cancellationToken);

    public abstract Task SetAsync(string function, TimerStatus status, CancellationToken cancellationToken);
}

/// <summary>Without a database nothing outlives the process.</summary>
internal sealed class MemoryScheduleMonitor : ScheduleMonitor
{
    private readonly ConcurrentDictionary<string, TimerStatus> timers = new();

    public override Task<TimerStatus?> GetAsync(string function, CancellationToken cancellationToken) =>
        Task.FromResult(timers.GetValueOrDefault(function));

    public override Task SetAsync(string function, TimerStatus status, CancellationToken cancellationToken)
    {
        timers[function] = status;
        return Task.CompletedTask;
    }
}

internal sealed class DatabaseScheduleMonitor(HostDatabase database) : ScheduleMonitor
{
    public override async Task<TimerStatus?> GetAsync(string function, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand("select last, next, last_updated from functions_host.timers where function = $1");
        command.Parameters.Add(new() { Value = function });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TimerStatus(
                await reader.IsDBNullAsync(0, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                reader.GetFieldValue<DateTimeOffset>(2))
            : null;
    }

    public override async Task SetAsync(string function, TimerStatus status, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(
            """
            insert into functions_host.timers (function, last, next, last_updated) values ($1, $2, $3, $4)
            on conflict (function) do update set last = excluded.last, next = excluded.next, last_updated = excluded.last_updated
            """);
        command.Parameters.Add(new() { Value = function });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset?> { TypedValue = status.Last });
        command.Parameters.Add(new() { Value = status.Next });
        command.Parameters.Add(new() { Value = status.LastUpdated });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
