using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Brings the maintained figures of customers in line with their transactions. Recomputed, never counted on, so that
/// neither order nor repetition of what arrives can make them drift.
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
