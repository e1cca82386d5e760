using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Brings the maintained figures of customers in line with their transactions. Recomputed, never counted on, so that
/// neither order nor repetition of what arrives can make them drift.
/// </summary>
public static class RefreshMetrics
{
    /// <summary>To be called in the transaction that changed transactions, which holds the customers' row locks.</summary>
    public static Task ExecuteAsync(Session session, IReadOnlyList<Guid> customers, DateTimeOffset now) => session.ExecuteAsync(
        """
        update customer_metrics m
        set total_spent = f.total_spent, visit_count = f.visit_count, first_visit_at = f.first_visit_at,
            first_visit_on = f.first_visit_on, last_visit_at = f.last_visit_at, last_visit_on = f.last_visit_on, updated_at = @now
        from (
            select c.id as customer_id, coalesce(sum(t.amount - t.reversed_amount), 0) as total_spent, count(t.id)::int as visit_count,
                min(t.occurred_at) as first_visit_at, min(t.local_day) as first_visit_on,
                max(t.occurred_at) as last_visit_at, max(t.local_day) as last_visit_on
            from unnest(@customers) as c (id)
            left join transactions t on t.business_id = @business and t.customer_id = c.id and t.kind = 'SALE'
                -- A sale that stands: neither voided nor refunded in full. One that cost nothing stands too.
                and not t.is_voided and (t.reversed_amount < t.amount or t.amount = 0)
            group by c.id
        ) f
        where m.business_id = @business and m.customer_id = f.customer_id
        """,
        new { business = session.Business, customers = customers.ToArray(), now });
}
