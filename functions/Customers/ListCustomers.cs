using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>One page of the business's customers: finds who is on it, then reads what is shown of them.</summary>
public sealed class ListCustomers(BusinessDatabase database, FindInOrder inOrder, FindByText byText, Cursors cursors)
{
    private const string List = "customers";

    public async Task<Result<Page<CustomerItem>>> ExecuteAsync(Caller caller, CustomerQuery query, CancellationToken cancellation)
    {
        if (query.Filter.Status == CustomerStatus.Deleted && !caller.SeesDeleted)
        {
            return CustomerProblems.DeletedNeedsCompliance;
        }

        var cursor = cursors.Open<CustomerPlace>(caller, List, query.Asked, query.Page);
        if (cursor.Failed(out var unusable))
        {
            return unusable;
        }

        var places = await FindAsync(caller.Business, query, cursor.Value, cancellation);
        var items = await ReadAsync(caller.Business, [.. places.Take(query.Page.Limit).Select(place => place.Id)], cancellation);
        var page = query.Page.Of(places, place => items.GetValueOrDefault(place.Id), place => cursors.Seal(caller, List, query.Asked, place));

        // Whoever was erased between the two statements is on no page any more.
        return new Page<CustomerItem>([.. page.Items.OfType<CustomerItem>()], page.NextCursor);
    }

    private async Task<IReadOnlyList<CustomerPlace>> FindAsync(Guid id, CustomerQuery query, CustomerPlace? after, CancellationToken cancellation)
    {
        var business = await database.FindAsync<Business>(
            id,
            "select time_zone as timezone, default_region as region, fold(@search) as folded from businesses where id = @business",
            new { business = id, search = query.Filter.Search },
            cancellation);
        if (business is null)
        {
            return [];
        }

        var criteria = CustomerCriteria.From(id, query.Filter, business.TimeZone);
        if (query.Sort is { } sort)
        {
            return await inOrder.ExecuteAsync(criteria, sort, after, query.Page.Rows, cancellation);
        }

        var term = SearchTerm.From(query.Filter.Search!, business.Folded!, business.Region);
        return term.Text.Length == 0 ? [] : await byText.ExecuteAsync(criteria, term, after, query.Page.Rows, cancellation);
    }

    private async Task<Dictionary<Guid, CustomerItem>> ReadAsync(Guid business, Guid[] ids, CancellationToken cancellation)
    {
        var items = await database.QueryPlannedOnceAsync<CustomerItem>(
            business,
            """
            select c.id, c.external_id as externalid, c.email, c.phone, c.first_name as firstname, c.last_name as lastname,
                c.loyalty_tier as loyaltytier, c.is_active as isactive,
                array(select t.tag from customer_tags t where t.customer_id = c.id order by t.tag_key) as tags,
                m.total_spent as totalspent, m.visit_count as visitcount, m.last_visit_at as lastvisit,
                c.created_at as createdat, c.deleted_at as deletedat
            from customers c
            join customer_metrics m on m.customer_id = c.id
            where c.business_id = @business and c.id = any(@ids)
            """,
            new { business, ids },
            cancellation);
        return items.ToDictionary(item => item.Id);
    }

    private sealed record Business
    {
        public required string TimeZone { get; init; }
        public required string Region { get; init; }
        public required string? Folded { get; init; }
    }
}
