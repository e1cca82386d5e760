using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Where an evaluation of everybody stands.</summary>
public sealed class GetTierRun(BusinessDatabase database)
{
    public Task<Result<TierRunProgress>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        database.InTransactionAsync<TierRunProgress>(
            caller.Business, async session => await ReadAsync(session, id) is { } run ? run : HttpProblems.NotFound, cancellation);

    internal static async Task<TierRunProgress?> ReadAsync(Session session, Guid id) =>
        (await session.FindAsync<Row>(
            """
            select r.id, r.kind, r.status, r.local_day as localday, r.configuration_version as configurationversion, r.partitions,
                count(p.customers)::int as done, coalesce(sum(p.customers), 0)::bigint as customers, coalesce(sum(p.changed), 0)::bigint as changed,
                r.again_kind is not null as iswantedagain, r.requested_by as requestedby, r.requested_at as requestedat, r.started_at as startedat, r.finished_at as finishedat
            from tier_runs r
            left join tier_run_partitions p on p.run_id = r.id
            where r.business_id = @business and r.id = @id
            group by r.id
            """,
            new { business = session.Business, id }))?.ToProgress();

    private sealed record Row
    {
        public required Guid Id { get; init; }
        public required string Kind { get; init; }
        public required string Status { get; init; }
        public required DateOnly? LocalDay { get; init; }
        public required long? ConfigurationVersion { get; init; }
        public required int? Partitions { get; init; }
        public required int Done { get; init; }
        public required long Customers { get; init; }
        public required long Changed { get; init; }
        public required bool IsWantedAgain { get; init; }
        public required string RequestedBy { get; init; }
        public required DateTimeOffset RequestedAt { get; init; }
        public required DateTimeOffset? StartedAt { get; init; }
        public required DateTimeOffset? FinishedAt { get; init; }

        public TierRunProgress ToProgress() => new(
            Id, Kind, Status, Status == "COMPLETED" ? 100 : Partitions is > 0 and var partitions ? Math.Min(99, 100 * Done / partitions) : 0,
            LocalDay, ConfigurationVersion, Customers, Changed, IsWantedAgain, RequestedBy, RequestedAt, StartedAt, FinishedAt);
    }
}
