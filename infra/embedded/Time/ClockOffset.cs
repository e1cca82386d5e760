using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Time;

/// <summary>Keeps the clock's offset: in the database, where other processes and the next start find it, or in memory.</summary>
internal sealed class ClockOffset(BusinessClock clock, IServiceProvider services)
{
    private readonly HostDatabase? database = services.GetService<HostDatabase>();

    /// <exception cref="ArgumentOutOfRangeException">Business time only moves forward, and not past the year 9999.</exception>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(by, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(by, DateTimeOffset.MaxValue - clock.GetUtcNow());
        clock.MoveTo(database is null ? clock.Offset + by : await StoreAsync(by, cancellationToken));
    }

    public void Load()
    {
        if (database is null)
            return;
        using var command = database.Source.CreateCommand("select advanced_ticks from functions_host.clock");
        clock.MoveTo(TimeSpan.FromTicks((long?)command.ExecuteScalar() ?? 0));
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await using var command = database!.Source.CreateCommand("select advanced_ticks from functions_host.clock");
        clock.MoveTo(TimeSpan.FromTicks((long?)await command.ExecuteScalarAsync(cancellationToken) ?? 0));
    }

    // The row is added to, not set: two processes that advance at once both count.
    private async Task<TimeSpan> StoreAsync(TimeSpan by, CancellationToken cancellationToken)
    {
        await using var command = database!.Source.CreateCommand(
            """
            insert into functions_host.clock as stored (advanced_ticks) values ($1)
            on conflict (only_row) do update set advanced_ticks = stored.advanced_ticks + excluded.advanced_ticks
            returning advanced_ticks
            """);
        command.Parameters.Add(new() { Value = by.Ticks });
        return TimeSpan.FromTicks((long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }
}
