using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>Counts the events that have had no effect: what somebody has to look into at the till or among the customers.</summary>
public sealed class GetUnsettledEvents(BusinessDatabase database)
{
    private const int MostGroups = 100;

    public async Task<Result<UnsettledEvents>> ExecuteAsync(Caller caller, CancellationToken cancellation)
    {
        // A type that nobody knows is whatever somebody typed.
        var rows = await database.QueryAsync<GroupRow>(
            caller.Business,
            """
            select outcome as status, code, case when type = any(@known) then type end as type, count(*) as count,
                min(first_received_at) as oldestreceivedat, max(received_at) as lastreceivedat
            from inbox
            where business_id = @business and outcome in ('unlinked', 'retry', 'rejected')
                and not exists (
                    select from dead_letters d
                    where d.business_id = @business and coalesce(d.event_id, d.digest) = inbox.event_id and d.state = 'SETTLED')
            group by 1, 2, 3
            order by count(*) desc, 1, 2, 3
            """,
            new { business = caller.Business, known = EventTypes.All.ToArray() },
            cancellation);
        return new UnsettledEvents(
            Count(EventStatus.unlinked), Count(EventStatus.retry), Count(EventStatus.rejected),
            [.. rows.Take(MostGroups).Select(row => new UnsettledGroup(row.Status, row.Code, row.Type, row.Count, row.OldestReceivedAt, row.LastReceivedAt))]);

        long Count(EventStatus status) => rows.Where(row => row.Status == status).Sum(row => row.Count);
    }

    private sealed record GroupRow
    {
        public required EventStatus Status { get; init; }
        public required string? Code { get; init; }
        public required string? Type { get; init; }
        public required long Count { get; init; }
        public required DateTimeOffset OldestReceivedAt { get; init; }
        public required DateTimeOffset LastReceivedAt { get; init; }
    }
}
