using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Finds one page of customers in one of the four orders. Which way is cheap depends on how many pass the filter and where
/// they stand in the order, which the planner can only guess. So nothing is left to it: a short walk along the order's
/// index comes first; if it does not fill the page, few customers are all read by a filter's index; if they are not few,
/// the walk goes on until the page is full. Each statement has one plan, whatever the values.
/// </summary>
public sealed class FindInOrder(BusinessDatabase database)
{
    /// <summary>At most <paramref name="rows"/> customers, those after a place.</summary>
    internal async Task<IReadOnlyList<CustomerPlace>> ExecuteAsync(
        CustomerCriteria criteria, CustomerSort sort, CustomerPlace? after, int rows, CancellationToken cancellation)
    {
        var order = new CustomerOrder(criteria, sort, isFirstPage: after is null);
        var args = new CustomerArguments(criteria, after, rows);
        var steps = rows * (criteria.IsOpen ? 2 : 4);
        return await FindAsync(Walk(steps), most: steps - 1)
            ?? await FindFewAsync()
            ?? await FindAsync(WalkOn(), most: int.MaxValue)
            ?? [];

        async Task<IReadOnlyList<CustomerPlace>?> FindFewAsync()
        {
            foreach (var source in criteria.Sources)
            {
                if (await FindAsync(FewCustomers.Sql(source, Few()), FewCustomers.Most) is { } found)
                {
                    return found;
                }
            }

            return null;
        }

        async Task<IReadOnlyList<CustomerPlace>?> FindAsync(string sql, long most) =>
            CustomersFound.Page(await database.QueryPlannedOnceAsync<CustomersFound>(criteria.Business, sql, args, cancellation), rows, most);

        // Looks at so many customers and no more: at most these are read, whatever the filter.
        string Walk(int steps) =>
            $"""
            with walked as materialized (
                {order.Walk}
                limit {steps}
            ), counted as materialized (
                select count(*) as examined from walked
            )
            select n.examined, f.class, f.key::text as key, f.id
            from counted n
            left join lateral (
                select 0 as class, w.key, w.id
                from walked w
                cross join lateral (select from customers c where c.id = w.id and {criteria.Conditions} offset 0) c
                order by w.key {order.Direction}, w.id {order.Direction}
                limit @rows
            ) f on true
            order by f.key {order.Direction}, f.id {order.Direction}
            """;

        // The limit is written out, and reaches down to the walk, so that the planner knows how little is wanted and goes by
        // the index; what it cannot know is how many the filter keeps out, so that is kept from it.
        string WalkOn() =>
            $"""
            select 0::bigint as examined, 0 as class, f.key::text as key, f.id
            from (
                select w.key, w.id
                from ({order.Walk} offset 0) w
                where (select true from customers c where c.id = w.id and {criteria.Conditions})
                limit {rows}
            ) f
            order by f.key {order.Direction}, f.id {order.Direction}
            """;

        string Few() =>
            $"""
            select 0 as class, k.key, few.id
            from few
            cross join lateral ({order.KeyOf("few.id")} offset 0) k
            where n.is_few
            order by k.key {order.Direction}, few.id {order.Direction}
            limit @rows
            """;
    }
}
