using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Counts the local days of a business's transactions anew after it has moved to another time zone, and the dates of
/// first and last visits with them. Doing a piece twice changes nothing.
/// </summary>
public sealed partial class RedateTransactions(
    BusinessDatabase database, TimeProvider time, IConfiguration settings, ILogger<RedateTransactions> logger)
{
    // Purchases of a piece's customers wait for it, so it is small.
    private const int UsualPartitionSize = 2_000;

    // Bounds that are always there, so that a range is one for an index whatever plan is kept for the statement.
    private static readonly Guid Lowest = Guid.Empty;
    private static readonly Guid Highest = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    private readonly int partitionSize = settings.GetValue("Zones:PartitionSize", UsualPartitionSize) is >= 1 and var size
        ? size : throw new InvalidOperationException("Zones:PartitionSize must be at least 1.");

    /// <summary>Leaves word, in the transaction that moves the business, that this is to be done: a timer starts it.</summary>
    internal Task WantAsync(Session session) => session.ExecuteAsync(
        """
        insert into zone_changes (business_id, wanted_at) values (@business, @now)
        on conflict (business_id) do update set number = zone_changes.number + 1, wanted_at = excluded.wanted_at, finished_at = null
        """,
        new { business = session.Business, now = time.Now() });

    /// <summary>Cuts a business's customers into pieces: the ids at which each begins, the first aside.</summary>
    public async Task<IReadOnlyList<ZonePartition>> CutAsync(ZoneChange zone, CancellationToken cancellation)
    {
        var starts = (await database.QueryAsync<StartRow>(
            zone.BusinessId,
            """
            select customer_id as id
            from (
                select customer_id, row_number() over (order by customer_id) as n from customer_metrics where business_id = @business
            ) numbered
            where n > 1 and (n - 1) % @partitionSize = 0
            order by customer_id
            """,
            new { business = zone.BusinessId, partitionSize },
            cancellation)).Select(row => (Guid?)row.Id).ToList();
        return [.. starts.Prepend(null).Zip(starts.Append(null), (from, before) => new ZonePartition(zone, from, before))];
    }

    /// <summary>
    /// Moves a piece's transactions to their days in the zone that the business is in now. Whoever records a transaction
    /// holds its customer and reads the zone after that, so what is recorded later is right by itself.
    /// </summary>
    public async Task ExecuteAsync(ZonePartition partition, CancellationToken cancellation) => await database.InTransactionAsync<int>(
        partition.Zone.BusinessId,
        async session =>
        {
            await session.ExecuteAsync(
                """
                select 1 from customers
                where business_id = @business and id >= coalesce(@from::uuid, @lowest) and id < coalesce(@before::uuid, @highest)
                order by id for no key update
                """,
                Range(session, partition));
            if (await ReadSpanAsync(session, partition) is not { First: { } first, Last: { } last, TimeZone: var timeZone })
            {
                return 0; // nobody in this piece has bought anything
            }

            var moved = await RedateAsync(session, partition, BusinessCalendar.Offsets(timeZone, first, last));
            if (moved.Length > 0)
            {
                await RefreshMetrics.ExecuteAsync(session, moved, time.Now());
            }

            return moved.Length;
        },
        cancellation);

    /// <summary>
    /// Notes that it is done, unless the business has moved once more meanwhile, and has all tiers looked at: windows begin
    /// and end on other days now.
    /// </summary>
    public async Task FinishAsync(ZoneChange zone, CancellationToken cancellation)
    {
        await database.InTransactionAsync<Done>(
            zone.BusinessId,
            async session =>
            {
                var now = time.Now();
                await session.ExecuteAsync("select 1 from businesses where id = @business for no key update", new { business = session.Business });
                var finished = await session.QueryAsync<int>(
                    "update zone_changes set finished_at = @now where business_id = @business and number = @number and finished_at is null returning 1",
                    new { business = session.Business, zone.Number, now });
                if (finished.Count > 0)
                {
                    await WantTierRun.ExecuteAsync(session, "request", "system", now);
                }

                return new Done();
            },
            cancellation);
        Log.Finished(logger, zone.BusinessId, zone.Number);
    }

    private static Task<SpanRow?> ReadSpanAsync(Session session, ZonePartition partition) => session.FindAsync<SpanRow>(
        """
        select b.time_zone as timezone, min(t.occurred_at) as first, max(t.occurred_at) as last
        from businesses b
        left join transactions t on t.business_id = b.id
            and t.customer_id >= coalesce(@from::uuid, @lowest) and t.customer_id < coalesce(@before::uuid, @highest)
        where b.id = @business
        group by b.id
        """,
        Range(session, partition));

    // Whole days since 1970 of the zone's own clock: no rule of PostgreSQL's about zones is asked. A refund has its sale's day.
    private static async Task<Guid[]> RedateAsync(Session session, ZonePartition partition, IReadOnlyList<(DateTimeOffset From, int Seconds)> offsets) =>
    [
        .. (await session.QueryAsync<StartRow>(
            """
            with dated as (
                select t.id, date '1970-01-01' + floor((extract(epoch from coalesce(s.occurred_at, t.occurred_at))
                    + (@seconds::int[])[width_bucket(coalesce(s.occurred_at, t.occurred_at), @starts::timestamptz[])]) / 86400)::int as day
                from transactions t
                left join transactions s on s.business_id = t.business_id and s.id = t.original_id
                where t.business_id = @business
                    and t.customer_id >= coalesce(@from::uuid, @lowest) and t.customer_id < coalesce(@before::uuid, @highest)
            ),
            moved as (
                update transactions t set local_day = d.day
                from dated d
                where t.business_id = @business and t.id = d.id and t.local_day <> d.day
                returning t.customer_id
            )
            select distinct customer_id as id from moved
            """,
            new
            {
                business = session.Business,
                partition.From,
                partition.Before,
                Lowest,
                Highest,
                starts = offsets.Select(offset => offset.From.UtcDateTime).ToArray(),
                seconds = offsets.Select(offset => offset.Seconds).ToArray(),
            })).Select(row => row.Id),
    ];

    private static object Range(Session session, ZonePartition partition) => new { business = session.Business, partition.From, partition.Before, Lowest, Highest };

    private sealed record StartRow
    {
        public required Guid Id { get; init; }
    }

    private sealed record SpanRow
    {
        public required string TimeZone { get; init; }
        public required DateTimeOffset? First { get; init; }
        public required DateTimeOffset? Last { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The transactions of business {Business} are dated in its new zone (change {Number})")]
        public static partial void Finished(ILogger logger, Guid business, long number);
    }
}
