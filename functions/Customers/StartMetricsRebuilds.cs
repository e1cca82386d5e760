using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Finds the businesses whose local date has changed since their figures were last looked over, and starts what is due.
/// What failed, or lost its orchestration, is started again: the row says what is wanted, whoever runs it.
/// </summary>
public sealed class StartMetricsRebuilds(WorkerDatabase worker, BusinessDatabase database, TimeProvider time)
{
    /// <param name="start">Starts the orchestration of a rebuild unless it runs already.</param>
    /// <param name="cancellation">The host stops.</param>
    /// <returns>How many are under way now.</returns>
    /// <exception cref="AggregateException">Some could not be started; the others were.</exception>
    public async Task<int> ExecuteAsync(Func<MetricsRebuild, Task> start, CancellationToken cancellation)
    {
        var now = time.Now();
        var businesses = await worker.QueryAsync<BusinessRow>(
            """
            select b.id, b.time_zone as timezone, r.local_day as localday, r.status
            from businesses b
            left join metrics_rebuilds r on r.business_id = b.id
            where b.status = 'ACTIVE'
            order by b.id
            """,
            null, cancellation);
        var due = businesses.Select(row => (row, Today: BusinessCalendar.Today(now, row.TimeZone)))
            .Where(one => one.row.LocalDay is not { } last || last < one.Today || (last == one.Today && one.row.Status != "COMPLETED"))
            .Select(one => new MetricsRebuild(one.row.Id, one.Today)).ToList();
        var failures = new List<Exception>();
        foreach (var rebuild in due)
        {
            try
            {
                await WantAsync(rebuild, now, cancellation);
                await start(rebuild);
            }
#pragma warning disable CA1031 // Whatever befell one business, the others have their turn; all of it is thrown below
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failures.Add(exception);
            }
        }

        return failures.Count == 0 ? due.Count : throw new AggregateException(failures);
    }

    // The row first: whoever dies after it has left word of what is to be done.
    private Task<Result<int>> WantAsync(MetricsRebuild rebuild, DateTimeOffset now, CancellationToken cancellation) => database.InTransactionAsync<int>(
        rebuild.BusinessId,
        async session =>
        {
            await session.ExecuteAsync(
                """
                insert into metrics_rebuilds (business_id, local_day, status, started_at) values (@business, @day, 'RUNNING', @now)
                on conflict (business_id) do update
                set local_day = excluded.local_day, status = 'RUNNING', partitions = null, started_at = excluded.started_at, finished_at = null
                where metrics_rebuilds.local_day < excluded.local_day or metrics_rebuilds.status = 'FAILED'
                """,
                new { business = session.Business, day = rebuild.LocalDay, now });
            return 0;
        },
        cancellation);

    private sealed record BusinessRow
    {
        public required Guid Id { get; init; }
        public required string TimeZone { get; init; }
        public required DateOnly? LocalDay { get; init; }
        public required string? Status { get; init; }
    }
}
