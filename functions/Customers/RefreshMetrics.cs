using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Brings the maintained figures of customers in line with their transactions: a sale more, or less of one, is added to them,
/// which costs the same however many a customer has; where one no longer stands they are read anew. Each transaction is
/// recorded once and under the customers' locks, so neither order nor repetition makes them drift, and what a fault of ours
/// once made of them is mended at night (<see cref="RebuildMetrics"/>).
/// </summary>
public static class RefreshMetrics
{
    /// <summary>
    /// What the figures are, for whoever refreshes or checks them: of the sales that stand, which are neither voided nor
    /// refunded in full. One that cost nothing stands too. To be narrowed by conditions on customer_id and grouped by it.
    /// </summary>
    internal const string Figures =
        """
        select customer_id, sum(amount - reversed_amount) as total_spent, count(*)::int as visit_count,
            min(occurred_at) as first_visit_at, min(local_day) as first_visit_on, max(occurred_at) as last_visit_at, max(local_day) as last_visit_on
        from transactions
        where business_id = @business and kind = 'SALE' and not is_voided and (reversed_amount < amount or amount = 0)
        """;

    /// <summary>To be called in the transaction that changed transactions, which holds the customers' row locks.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="changes">What became of sales, of many customers.</param>
    /// <param name="now">When.</param>
    public static async Task ExecuteAsync(Session session, IReadOnlyCollection<SaleChange> changes, DateTimeOffset now)
    {
        // Whether the first or the last of a customer's sales is another one now, only the others tell.
        var gone = changes.Where(change => change.Visits < 0).Select(change => change.CustomerId).ToHashSet();
        if (gone.Count > 0)
        {
            await ExecuteAsync(session, [.. gone], now);
        }

        var more = changes.Where(change => !gone.Contains(change.CustomerId)).GroupBy(change => change.CustomerId).ToArray();
        if (more.Length > 0)
        {
            await AddAsync(session, more, now);
        }
    }

    private static Task AddAsync(Session session, IGrouping<Guid, SaleChange>[] more, DateTimeOffset now)
    {
        var news = Array.ConvertAll(more, of => of.Where(change => change.Visits > 0).ToArray());
        return session.ExecuteAsync(
            """
            update customer_metrics m
            set total_spent = m.total_spent + c.spent, visit_count = m.visit_count + c.visits,
                first_visit_at = least(m.first_visit_at, c.first_at), first_visit_on = least(m.first_visit_on, c.first_on),
                last_visit_at = greatest(m.last_visit_at, c.last_at), last_visit_on = greatest(m.last_visit_on, c.last_on), updated_at = @now
            from unnest(@customers::uuid[], @spent::numeric[], @visits::int[], @firstAts::timestamptz[], @firstOns::date[], @lastAts::timestamptz[], @lastOns::date[])
                as c (id, spent, visits, first_at, first_on, last_at, last_on)
            where m.business_id = @business and m.customer_id = c.id
            """,
            new
            {
                business = session.Business,
                customers = Array.ConvertAll(more, of => of.Key),
                spent = Array.ConvertAll(more, of => of.Sum(change => change.Spent)),
                visits = Array.ConvertAll(more, of => of.Sum(change => change.Visits)),
                firstAts = Array.ConvertAll(news, of => of.Min(change => (DateTime?)change.At.UtcDateTime)),
                firstOns = Array.ConvertAll(news, of => of.Min(change => (DateOnly?)change.Day)),
                lastAts = Array.ConvertAll(news, of => of.Max(change => (DateTime?)change.At.UtcDateTime)),
                lastOns = Array.ConvertAll(news, of => of.Max(change => (DateOnly?)change.Day)),
                now,
            });
    }

    /// <summary>The same where anything may have become of their sales.</summary>
    public static Task ExecuteAsync(Session session, IReadOnlyList<Guid> customers, DateTimeOffset now) => session.ExecuteAsync(
        $"""
        update customer_metrics m
        set total_spent = coalesce(f.total_spent, 0), visit_count = coalesce(f.visit_count, 0), first_visit_at = f.first_visit_at,
            first_visit_on = f.first_visit_on, last_visit_at = f.last_visit_at, last_visit_on = f.last_visit_on, updated_at = @now
        from unnest(@customers) as c (id)
        left join (
            {Figures} and customer_id = any(@customers)
            group by customer_id
        ) f on f.customer_id = c.id
        where m.business_id = @business and m.customer_id = c.id
        """,
        new { business = session.Business, customers = customers.ToArray(), now });
}
