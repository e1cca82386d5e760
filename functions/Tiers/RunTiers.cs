using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// The steps of an evaluation of everybody. Each may be taken again however far it came: who has been evaluated is not
/// changed by being evaluated again.
/// </summary>
public sealed partial class RunTiers(
    BusinessDatabase database, ReadTierSetting read, AuditLog audit, TimeProvider time, IConfiguration settings, ILogger<RunTiers> logger) : IDisposable
{
    // Customers whose rows are locked at a time: an event about one of them waits for as long.
    private const int LockedAtOnce = 1_000;

    // Long enough to look into one that went wrong.
    private const int DaysKept = 30;

    // A host starts many activities at once, and as many queries would leave nobody else a turn at the database.
    private const int UsuallyAtOnce = 2;

    private readonly SemaphoreSlim turns = new(settings.GetValue("Tiers:PartitionsAtOnce", UsuallyAtOnce) is >= 1 and var count
        ? count : throw new InvalidOperationException("Tiers:PartitionsAtOnce must be at least 1."));

    private readonly int partitionSize = settings.GetValue("Tiers:PartitionSize", TierPartitions.UsualSize) is >= 1 and var size
        ? size : throw new InvalidOperationException("Tiers:PartitionSize must be at least 1.");

    /// <summary>
    /// Begins a run, or begins it anew: settles through which day and by which thresholds it evaluates, and cuts the
    /// customers into partitions. Null where it is over already.
    /// </summary>
    public async Task<IReadOnlyList<TierPartition>?> BeginAsync(TierRun run, CancellationToken cancellation)
    {
        if (!await SettleAsync(run, cancellation))
        {
            return null;
        }

        var cut = await database.InTransactionAsync<List<(Guid From, Guid Before)>>(
            run.BusinessId,
            async session =>
            {
                var ranges = await TierPartitions.CutAsync(session, partitionSize);
                await session.ExecuteAsync(
                    "update tier_run_partitions set customers = null where business_id = @business and run_id = @id", new { business = session.Business, run.Id });
                await session.ExecuteAsync(
                    "update tier_runs set partitions = @count where business_id = @business and id = @id",
                    new { business = session.Business, run.Id, count = ranges.Count });
                return ranges.ToList();
            },
            cancellation);
        return [.. cut.Value.Select((range, number) => new TierPartition(run, number, range.From, range.Before))];
    }

    /// <summary>Evaluates a partition's customers, some at a time, when it is its turn.</summary>
    public async Task EvaluateAsync(TierPartition partition, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            await EvaluateInTurnAsync(partition, cancellation);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => turns.Dispose();

    /// <summary>
    /// Writes down that all have been evaluated. One audit row a run: figures of all customers were read.
    /// </summary>
    /// <returns>The next run, where one was wanted, thresholds have changed or a day has begun since this one did; and those that are forgotten.</returns>
    public async Task<(TierRun? Next, IReadOnlyList<TierRun> Forgotten)> CompleteAsync(TierRun run, CancellationToken cancellation)
    {
        await RecordAsync(run);
        var completed = await database.InTransactionAsync<CompletedRow>(
            run.BusinessId,
            async session =>
            {
                await WantTierRun.LockAsync(session);
                var ended = await session.QueryAsync<EndedRow>(
                    """
                    with ended as (
                        update tier_runs set status = 'COMPLETED', finished_at = @now
                        where business_id = @business and id = @id and status = 'RUNNING'
                        returning id, business_id, local_day, configuration_version, again_kind, again_by
                    ), evaluation as (
                        insert into tier_evaluations (business_id, through_day, configuration_version)
                        select business_id, local_day, configuration_version from ended
                        on conflict (business_id) do update
                        set through_day = excluded.through_day, configuration_version = excluded.configuration_version
                    )
                    select coalesce(sum(p.customers), 0)::bigint as customers, coalesce(sum(p.changed), 0)::bigint as changed,
                        e.again_kind as againkind, e.again_by as againby
                    from ended e
                    left join tier_run_partitions p on p.run_id = e.id
                    group by e.id, e.again_kind, e.again_by
                    """,
                    new { business = session.Business, run.Id, now = time.Now() });
                if (ended is [var figures])
                {
                    Log.Ended(logger, run.BusinessId, run.Id, figures.Customers, figures.Changed);
                }

                var setting = await read.ExecuteAsync(session);
                var old = await session.QueryAsync<OldRow>(
                    "delete from tier_runs where business_id = @business and status = 'COMPLETED' and finished_at < @before returning id",
                    new { business = session.Business, before = setting.Now.AddDays(-DaysKept) });
                var next = ended is [{ AgainKind: { } kind, AgainBy: { } by }] ? await WantTierRun.ExecuteAsync(session, kind, by, setting.Now)
                    : setting.IsCurrent ? await WantTierRun.FindOpenAsync(session)
                    : await WantTierRun.ExecuteAsync(session, setting.ThroughVersion < setting.Current.Version ? "configuration" : "day", "system", setting.Now);
                return new CompletedRow(next, [.. old.Select(row => new TierRun(session.Business, row.Id))]);
            },
            cancellation);
        return (completed.Value.Next, completed.Value.Forgotten);
    }

    public async Task FailAsync(TierRun run, CancellationToken cancellation)
    {
        await RecordAsync(run);
        await database.QueryAsync<int>(
            run.BusinessId,
            "update tier_runs set status = 'FAILED', finished_at = @now where business_id = @business and id = @id and status = 'RUNNING'",
            new { business = run.BusinessId, run.Id, now = time.Now() }, cancellation);
        Log.Failed(logger, run.BusinessId, run.Id);
    }

    /// <summary>
    /// Who has read the day and the thresholds of before has committed by then, and who reads them later sees today's: so
    /// what the partitions find is all that is left to do, and whatever was wanted so far is done by it.
    /// </summary>
    private async Task<bool> SettleAsync(TierRun run, CancellationToken cancellation)
    {
        var settled = await database.InTransactionAsync<bool>(
            run.BusinessId,
            async session =>
            {
                await ReadTierSetting.WaitForOthersAsync(session);
                var setting = await read.ExecuteAsync(session);
                return (await session.QueryAsync<int>(
                    """
                    update tier_runs
                    set status = 'RUNNING', local_day = @today, configuration_version = @version, partitions = null,
                        started_at = coalesce(started_at, @now), finished_at = null, again_kind = null, again_by = null
                    where business_id = @business and id = @id and status <> 'COMPLETED'
                    returning 1
                    """,
                    new { business = session.Business, run.Id, setting.Today, version = setting.Current.Version, setting.Now })).Count == 1;
            },
            cancellation);
        return settled.Value;
    }

    private async Task EvaluateInTurnAsync(TierPartition partition, CancellationToken cancellation)
    {
        var candidates = (await database.InTransactionAsync<List<Guid>>(
            partition.Run.BusinessId,
            async session => new List<Guid>(await TierCandidates.FindAsync(session, await read.ExecuteAsync(session), partition.From, partition.Before)),
            cancellation)).Value;
        foreach (var some in candidates.Chunk(LockedAtOnce))
        {
            await database.InTransactionAsync<Done>(partition.Run.BusinessId, session => EvaluateAsync(session, partition, some), cancellation);
        }

        await database.InTransactionAsync<Done>(partition.Run.BusinessId, session => NoteAsync(session, partition, changed: 0, isDone: true), cancellation);
    }

    private async Task<Result<Done>> EvaluateAsync(Session session, TierPartition partition, Guid[] customers)
    {
        await session.ExecuteAsync(
            "select 1 from customers where business_id = @business and id = any(@customers) order by id for no key update",
            new { business = session.Business, customers });
        var changed = await EvaluateTiers.ReviewAsync(session, await read.LockAsync(session), customers);
        return await NoteAsync(session, partition, changed, isDone: false);
    }

    private static async Task<Result<Done>> NoteAsync(Session session, TierPartition partition, int changed, bool isDone)
    {
        await session.ExecuteAsync(
            """
            insert into tier_run_partitions (run_id, business_id, number, customers, changed)
            values (@run, @business, @number, case when @isDone then (
                select count(*) from customer_metrics where business_id = @business and customer_id >= @from and customer_id < @before)::int end, @changed)
            on conflict (run_id, number) do update
            set customers = coalesce(excluded.customers, tier_run_partitions.customers), changed = tier_run_partitions.changed + excluded.changed
            """,
            new { run = partition.Run.Id, business = session.Business, partition.Number, partition.From, partition.Before, changed, isDone });
        return new Done();
    }

    private async Task RecordAsync(TierRun run)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? System.Diagnostics.ActivityTraceId.CreateRandom();
        await audit.RecordAsync(new AuditEntry(
            time.Now(), run.BusinessId, "tier-run", "system", nameof(RunTiers), "timer", [], trace.ToHexString()));
    }

    private sealed record CompletedRow(TierRun? Next, IReadOnlyList<TierRun> Forgotten);

    private sealed record OldRow
    {
        public required Guid Id { get; init; }
    }

    private sealed record EndedRow
    {
        public required long Customers { get; init; }
        public required long Changed { get; init; }
        public required string? AgainKind { get; init; }
        public required string? AgainBy { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Tiers of business {Business}, run {Run}: {Customers} customers evaluated, {Changed} changed")]
        public static partial void Ended(ILogger logger, Guid business, Guid run, long customers, long changed);

        [LoggerMessage(Level = LogLevel.Error, Message = "Tiers of business {Business}, run {Run} failed and is tried again")]
        public static partial void Failed(ILogger logger, Guid business, Guid run);
    }
}
