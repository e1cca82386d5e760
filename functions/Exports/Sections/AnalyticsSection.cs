namespace NxLoy.Functions.Exports;

/// <summary>
/// Figures of the groups that the customer is in, for BUSINESS_ANALYTICS. The rows are all groups of the business with
/// their sizes; <see cref="GroupFigures"/> lets through what <see cref="SmallGroupRules"/> allow.
/// </summary>
internal static class AnalyticsSection
{
    // 90 and 180 days: what the business calls active, at risk and churned. Months are the business's own: they come as the
    // instants at which they begin there, and their names.
    public static ExportSection Groups { get; } = new(
        "groups", "The groups that you are in, and the business as a whole", "businesses", "id = @business",
        """
        with member as (
            select c.id, c.loyalty_tier, m.total_spent, m.visit_count,
                case when m.last_visit_on is null then 'new' when @today - m.last_visit_on < 90 then 'active'
                    when @today - m.last_visit_on <= 180 then 'at_risk' else 'churned' end as activity,
                (@months::text[])[width_bucket(c.created_at, @starts::timestamptz[])] as joined
            from customers c
            join customer_metrics m on m.customer_id = c.id
            where c.business_id = @business and (c.deleted_at is null or c.id = @customer)
        )
        select d.dimension, d."group", count(*)::int as customers, coalesce(sum(total_spent), 0) as totalspent,
            coalesce(sum(visit_count), 0)::bigint as visits, bool_or(id = @customer) as isown
        from member,
            lateral (values ('tier', loyalty_tier), ('activity', activity), ('monthOfJoining', joined)) d (dimension, "group")
        group by d.dimension, d."group"
        order by d.dimension, d."group"
        """);
}
