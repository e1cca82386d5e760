using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>The customers that a batch names, held until its transaction ends.</summary>
/// <param name="All">Those that exist, deleted and erased ones included.</param>
/// <param name="Erased">About whom only ids and figures are kept.</param>
public sealed record LockedCustomers(IReadOnlySet<Guid> All, IReadOnlySet<Guid> Erased)
{
    /// <summary>
    /// All of a batch's customers before anything else and in the order of their ids: two batches that share some go one
    /// after the other, and a sale's refunds are never judged at the same time, since they are of the same customer.
    /// Whoever moves customers to another time zone waits here too, so the zone is to be read after this and not before.
    /// </summary>
    internal static async Task<LockedCustomers> TakeAsync(Session session, IEnumerable<Guid> ids)
    {
        var rows = await session.QueryAsync<CustomerRow>(
            "select id, erased_at is not null as iserased from customers where business_id = @business and id = any(@ids) order by id for no key update",
            new { business = session.Business, ids = ids.Distinct().ToArray() });
        return new LockedCustomers(rows.Select(row => row.Id).ToHashSet(), rows.Where(row => row.IsErased).Select(row => row.Id).ToHashSet());
    }

    private sealed record CustomerRow
    {
        public required Guid Id { get; init; }
        public required bool IsErased { get; init; }
    }
}
