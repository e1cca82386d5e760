namespace NxLoy.Functions.Exports;

/// <summary>What the business makes of the customer: tiers, segments, value.</summary>
internal static class LoyaltySections
{
    public static IReadOnlyList<ExportSection> All { get; } =
    [
        new("tier-history", "Changes of your tier", "tier_changes", ExportSection.OfCustomer,
            """
            select from_tier as "fromTier", to_tier as "toTier", cause, measures, reason, changed_at as "changedAt"
            from tier_changes
            where business_id = @business and customer_id = @customer
            order by changed_at, sequence
            """),
        new("tier-state", "How you came to your tier", "tier_states", ExportSection.OfCustomer,
            """
            select ruled as "ruledTier", steps, grace_from as "graceFrom", grace_until as "graceUntil", evaluated_on as "evaluatedOn"
            from tier_states
            where business_id = @business and customer_id = @customer
            """),
        new("tier-override", "A tier given to you by hand", "tier_overrides", ExportSection.OfCustomer,
            """
            select tier, reason, last_day as "lastDay", created_at as "createdAt"
            from tier_overrides
            where business_id = @business and customer_id = @customer
            """),
        new("segments", "Segments that you are in", "customer_segment_assignments", ExportSection.OfCustomer,
            """
            select s.name, s.description, s.criteria, a.assigned_at as "assignedAt", a.last_calculated as "lastCalculated"
            from customer_segment_assignments a
            join customer_segments s on s.business_id = a.business_id and s.id = a.segment_id
            where a.business_id = @business and a.customer_id = @customer
            order by a.assigned_at, s.id
            """),
        new("lifetime-value", "What your purchases are worth to the business", "customer_lifetime_values", ExportSection.OfCustomer,
            """
            select current_ltv as "currentLtv", predicted_ltv as "predictedLtv", total_revenue as "totalRevenue",
                average_order_value as "averageOrderValue", purchase_frequency as "purchaseFrequency", lifespan,
                acquisition_cost as "acquisitionCost", retention_rate as "retentionRate", model_version as "modelVersion",
                metadata, calculated_at as "calculatedAt"
            from customer_lifetime_values
            where business_id = @business and customer_id = @customer
            """),
    ];
}
