using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Mends customers' figures that are not what their transactions say. Each piece is done once however often it is asked
/// for: what it did is written in the transaction that did it.
/// </summary>
public sealed partial class RebuildMetrics(
    BusinessDatabase database, AuditLog audit, TimeProvider time, IConfiguration settings, ILogger<RebuildMetrics> logger)
{
    // Read in a fraction of a second, small enough that a kill costs little.
    private const int UsualPartitionSize = 10_000;

    private readonly int partitionSize = settings.GetValue("Metrics:PartitionSize", UsualPartitionSize) is >= 1 and var size
        ? size : throw new InvalidOperationException("Metrics:PartitionSize must be at least 1.");

    /// <summary>Cuts a business's customers into partitions, the same ones each time it is asked.</summary>
    public async Task<IReadOnlyList<MetricsPartition>> CutAsync(MetricsRebuild rebuild, CancellationToken cancellation)
    {
        var cut = await database.InTransactionAsync<List<Guid>>(
            rebuild.BusinessId,
            async session =>
            {
                var first = await session.QueryAsync<FirstRow>(
                    """
                    select customer_id as id
                    from (
                        select customer_id, row_number() over (order by customer_id) as n from customer_metrics where business_id = @business
                    ) numbered
                    where n % @partitionSize = 1 or @partitionSize = 1
                    order by customer_id
                    """,
                    new { business = rebuild.BusinessId, partitionSize });
                // What an earlier try did counts for nothing: this one looks at everybody again.
                await session.ExecuteAsync(
                    "delete from metrics_rebuild_partitions where business_id = @business", new { business = rebuild.BusinessId });
                await session.ExecuteAsync(
                    "update metrics_rebuilds set partitions = @count where business_id = @business and local_day = @day",
                    new { business = rebuild.BusinessId, day = rebuild.LocalDay, count = first.Count });
                return first.Select(row => row.Id).ToList();
            },
            cancellation);
        var starts = cut.Value;
        return [.. starts.Select((from, number) => new MetricsPartition(rebuild, number, from, number + 1 < starts.Count ? starts[number + 1] : null))];
    }

    /// <summary>
    /// Compares a partition's figures with its transactions, without locks since hardly any differ, and refreshes those that
    /// do under the locks that every purchase takes.
    /// </summary>
    public Task ExecuteAsync(MetricsPartition partition, CancellationToken cancellation) => database.InTransactionAsync<int>(
        partition.Rebuild.BusinessId,
        async session =>
        {
            var wrong = await FindWrongAsync(session, partition);
            if (wrong.Count > 0)
            {
                await session.ExecuteAsync(
                    "select 1 from customers where business_id = @business and id = any(@wrong) order by id for no key update",
                    new { business = session.Business, wrong = wrong.ToArray() });
                await RefreshMetrics.ExecuteAsync(session, wrong, time.Now());
            }

            await session.ExecuteAsync(
                """
                insert into metrics_rebuild_partitions (business_id, local_day, number, customers, corrected)
                select @business, @day, @number, count(*), @corrected
                from customer_metrics
                where business_id = @business and customer_id >= @from and (@before::uuid is null or customer_id < @before)
                on conflict (business_id, local_day, number) do nothing
                """,
                new { business = session.Business, day = partition.Rebuild.LocalDay, partition.Number, partition.From, partition.Before, corrected = wrong.Count });
            return wrong.Count;
        },
        cancellation);

    /// <summary>Writes down how it ended. One audit row a run: figures of all customers were read.</summary>
    public async Task EndAsync(MetricsRebuild rebuild, string status, CancellationToken cancellation)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? System.Diagnostics.ActivityTraceId.CreateRandom();
        await audit.RecordAsync(new AuditEntry(
            time.Now(), rebuild.BusinessId, "metrics-rebuild", "system", nameof(RebuildMetrics), "timer", [], trace.ToHexString()));
        var ended = await database.QueryAsync<EndedRow>(
            rebuild.BusinessId,
            """
            update metrics_rebuilds set status = @status, finished_at = @now
            where business_id = @business and local_day = @day and status = 'RUNNING'
            returning
                (select coalesce(sum(customers), 0) from metrics_rebuild_partitions where business_id = @business and local_day = @day) as customers,
                (select coalesce(sum(corrected), 0) from metrics_rebuild_partitions where business_id = @business and local_day = @day) as corrected
            """,
            new { business = rebuild.BusinessId, day = rebuild.LocalDay, status, now = time.Now() },
            cancellation);
        if (ended is [var figures])
        {
            Log.Ended(logger, rebuild.BusinessId, status, figures.Customers, figures.Corrected);
        }
    }

    private static async Task<List<Guid>> FindWrongAsync(Session session, MetricsPartition partition) =>
    [
        .. (await session.QueryAsync<FirstRow>(
            $"""
            select m.customer_id as id
            from customer_metrics m
            left join (
                {RefreshMetrics.Figures} and customer_id >= @from and (@before::uuid is null or customer_id < @before)
                group by customer_id
            ) t on t.customer_id = m.customer_id
            where m.business_id = @business and m.customer_id >= @from and (@before::uuid is null or m.customer_id < @before)
                and (m.total_spent, m.visit_count, m.first_visit_at, m.first_visit_on, m.last_visit_at, m.last_visit_on)
                    is distinct from (coalesce(t.total_spent, 0), coalesce(t.visit_count, 0), t.first_visit_at, t.first_visit_on, t.last_visit_at, t.last_visit_on)
            order by m.customer_id
            """,
            new { business = session.Business, partition.From, partition.Before })).Select(row => row.Id),
    ];

    private sealed record FirstRow
    {
        public required Guid Id { get; init; }
    }

    private sealed record EndedRow
    {
        public required long Customers { get; init; }
        public required long Corrected { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Metrics of business {Business}: {Status}, {Customers} customers, {Corrected} corrected")]
        public static partial void Ended(ILogger logger, Guid business, string status, long customers, long corrected);
    }
}
