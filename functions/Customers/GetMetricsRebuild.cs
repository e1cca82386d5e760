using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>Where the last look over the business's figures stands.</summary>
public sealed class GetMetricsRebuild(BusinessDatabase database)
{
    public async Task<Result<MetricsRebuildProgress>> ExecuteAsync(Caller caller, CancellationToken cancellation) =>
        await database.FindAsync<Row>(
            caller.Business,
            """
            select r.local_day as localday, r.status, r.partitions, r.started_at as startedat, r.finished_at as finishedat,
                count(p.number)::int as done, coalesce(sum(p.customers), 0)::bigint as customers, coalesce(sum(p.corrected), 0)::bigint as corrected
            from metrics_rebuilds r
            left join metrics_rebuild_partitions p on p.business_id = r.business_id and p.local_day = r.local_day
            where r.business_id = @business
            group by r.business_id
            """,
            new { business = caller.Business }, cancellation) is { } row
            ? new MetricsRebuildProgress(row.LocalDay, row.Status, ProgressOf(row), row.Customers, row.Corrected, row.StartedAt, row.FinishedAt)
            : new MetricsRebuildProgress(null, "PENDING", 0, 0, 0, null, null);

    private static int ProgressOf(Row row) =>
        row.Status == "COMPLETED" ? 100 : row.Partitions is > 0 and var partitions ? 100 * row.Done / partitions : 0;

    private sealed record Row
    {
        public required DateOnly LocalDay { get; init; }
        public required string Status { get; init; }
        public required int? Partitions { get; init; }
        public required int Done { get; init; }
        public required long Customers { get; init; }
        public required long Corrected { get; init; }
        public required DateTimeOffset StartedAt { get; init; }
        public required DateTimeOffset? FinishedAt { get; init; }
    }
}
