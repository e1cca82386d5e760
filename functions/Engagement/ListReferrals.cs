using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>The customers whom a customer brought, by pages, newest first.</summary>
public sealed class ListReferrals(BusinessDatabase database, Cursors cursors)
{
    private const string List = "referrals";

    public async Task<Result<Page<Referral>>> ExecuteAsync(Caller caller, Guid customer, PageRequest page, CancellationToken cancellation)
    {
        var cursor = cursors.Open<Position>(caller, List, customer, page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        var rows = await ReadAsync(caller, customer, page, cursor.Value, cancellation);
        if (rows.Count == 0 && (await VisibleCustomer.FindAsync(database, caller, customer, cancellation)).Failed(out var missing))
        {
            return missing;
        }

        return page.Of(rows, row => row.ToReferral(), row => cursors.Seal(caller, List, customer, new Position(row.CreatedAt, row.Id)));
    }

    private Task<IReadOnlyList<ReferralRow>> ReadAsync(
        Caller caller, Guid customer, PageRequest page, Position? after, CancellationToken cancellation) =>
        database.QueryAsync<ReferralRow>(
            caller.Business,
            $"""
            select c.id, c.first_name as firstname, c.last_name as lastname, c.created_at as createdat,
                m.total_spent as totalspent, m.visit_count as visitcount
            from customers referrer
            join customers c on c.business_id = referrer.business_id and c.referred_by = referrer.id
            join customer_metrics m on m.customer_id = c.id
            where referrer.business_id = @business and referrer.id = @customer
                and (@seesDeleted or referrer.deleted_at is null and c.deleted_at is null)
                {(after is null ? "" : "and (c.created_at, c.id) < (@createdAt, @id)")}
            order by c.created_at desc, c.id desc
            limit @rows
            """,
            new { business = caller.Business, customer, caller.SeesDeleted, after?.CreatedAt, after?.Id, page.Rows },
            cancellation);

    private sealed record Position(DateTimeOffset CreatedAt, Guid Id);

    private sealed record ReferralRow
    {
        public required Guid Id { get; init; }
        public required string? FirstName { get; init; }
        public required string? LastName { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public required decimal TotalSpent { get; init; }
        public required int VisitCount { get; init; }

        public Referral ToReferral() => new()
        {
            CustomerId = Id,
            FullName = $"{FirstName} {LastName}".Trim() is { Length: > 0 } name ? name : null,
            CreatedAt = CreatedAt,
            TotalSpent = TotalSpent,
            VisitCount = VisitCount,
        };
    }
}
