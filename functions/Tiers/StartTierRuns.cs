using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Finds the businesses whose local date has changed since everybody was evaluated, and the runs that are wanted, failed or
/// lost their orchestration, and starts them: the rows say what is to be done, whoever does it.
/// </summary>
public sealed partial class StartTierRuns(WorkerDatabase worker, BusinessDatabase database, TimeProvider time, ILogger<StartTierRuns> logger)
{
    /// <param name="start">Starts the orchestration of a run unless it runs already.</param>
    /// <param name="cancellation">The host stops.</param>
    /// <exception cref="AggregateException">Some could not be started; the others were.</exception>
    public async Task ExecuteAsync(Func<TierRun, Task> start, CancellationToken cancellation)
    {
        var now = time.Now();
        var businesses = await worker.QueryAsync<BusinessRow>(
            """
            select b.id, b.time_zone as timezone, e.through_day as through, r.id as open
            from businesses b
            left join tier_evaluations e on e.business_id = b.id
            left join tier_runs r on r.business_id = b.id and r.status <> 'COMPLETED'
            where b.status = 'ACTIVE'
            order by b.id
            """,
            null, cancellation);
        var failures = new List<Exception>();
        foreach (var business in businesses.Where(row => row.Open is not null || row.Through is not { } through || through < BusinessCalendar.Today(now, row.TimeZone)))
        {
            try
            {
                await start(business.Open is { } open ? new TierRun(business.Id, open) : await WantAsync(business.Id, now, cancellation));
            }
#pragma warning disable CA1031 // Whatever befell one business, the others have their turn; all of it is thrown below
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    /// <summary>The one that is open at a business, at once and without waiting for the timer.</summary>
    public async Task OneAsync(Guid business, Func<TierRun, Task> start, CancellationToken cancellation)
    {
        var open = await database.InTransactionAsync<OpenRow>(business, async session => new OpenRow(await WantTierRun.FindOpenAsync(session)), cancellation);
        if (open.Value.Run is { } run)
        {
            await TryAsync(run, start);
        }
    }

    /// <summary>
    /// Starts a run whose row is written: whoever asked for it has what was asked for, so no request fails because the
    /// orchestration could not be started. The timer does it later.
    /// </summary>
    public async Task TryAsync(TierRun run, Func<TierRun, Task> start)
    {
        try
        {
            await start(run);
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            Log.NotStarted(logger, run.BusinessId, run.Id, failed);
        }
    }

    private async Task<TierRun> WantAsync(Guid business, DateTimeOffset now, CancellationToken cancellation) => (await database.InTransactionAsync<TierRun>(
        business,
        async session =>
        {
            await WantTierRun.LockAsync(session);
            return await WantTierRun.ExecuteAsync(session, "day", "system", now);
        },
        cancellation)).Value;

    private sealed record OpenRow(TierRun? Run);

    private sealed record BusinessRow
    {
        public required Guid Id { get; init; }
        public required string TimeZone { get; init; }
        public required DateOnly? Through { get; init; }
        public required Guid? Open { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The evaluation of business {Business}'s tiers, run {Run}, could not be started; the timer will")]
        public static partial void NotStarted(ILogger logger, Guid business, Guid run, Exception exception);
    }
}
