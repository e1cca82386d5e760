using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Messaging;

/// <summary>How much waits in the outbox, and since when: for metrics, health and an alert.</summary>
public sealed class OutboxBacklog(WorkerDatabase database, Alerts alerts, TimeProvider time)
{
    /// <summary>Counting goes no further: more than that is too much either way.</summary>
    internal const int MostCounted = 100_000;

    /// <summary>What waits for longer is late.</summary>
    internal static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    // Machine time: somebody who knows need not hear it every minute.
    private static readonly TimeSpan Silence = TimeSpan.FromHours(1);

    private Guid? oldestBefore;
    private long? alertedAt;

    /// <summary>For how long the oldest event has waited; zero when none does.</summary>
    public async Task<TimeSpan> AgeAsync(CancellationToken cancellation) =>
        await OldestAsync(cancellation) is { } oldest ? AgeOf(oldest) : TimeSpan.Zero;

    /// <summary>Tells the metrics, and alerts when events are late.</summary>
    public async Task MeasureAsync(CancellationToken cancellation)
    {
        var count = (await database.QueryAsync<long>(
            "select count(*) from (select from outbox where published_at is null and refused_at is null limit @MostCounted) waiting", new { MostCounted }, cancellation))[0];
        var oldest = await OldestAsync(cancellation);
        Telemetry.WaitingEvents.Record(count);
        Telemetry.OldestWaitingEvent.Record(oldest is null ? 0 : AgeOf(oldest).TotalSeconds);

        // An event may be dated back when it is written. What is on top twice has really waited.
        var isStuck = oldest is not null && oldest.Id == oldestBefore && AgeOf(oldest) >= Late;
        oldestBefore = oldest?.Id;
        if (!isStuck)
        {
            alertedAt = null;
        }
        else if (alertedAt is not { } last || Environment.TickCount64 - last >= Silence.TotalMilliseconds)
        {
            alertedAt = Environment.TickCount64;
            alerts.Raise("outbox_late", oldest!.BusinessId, oldest.Id, $"{count} events wait");
        }
    }

    private TimeSpan AgeOf(OldestRow oldest) => time.Now() - oldest.OccurredAt is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    private async Task<OldestRow?> OldestAsync(CancellationToken cancellation) =>
        (await database.QueryAsync<OldestRow>(
            """
            select id, business_id as businessid, occurred_at as occurredat
            from outbox
            where published_at is null and refused_at is null
            order by sequence
            limit 1
            """,
            null, cancellation)) is [var oldest] ? oldest : null;

    private sealed record OldestRow
    {
        public required Guid Id { get; init; }
        public required Guid BusinessId { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
    }
}
