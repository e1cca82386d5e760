namespace NxLoy.Functions.Exports;

/// <summary>What passed between the customer and the business. Staff and other customers are left out.</summary>
internal static class EngagementSections
{
    public static IReadOnlyList<ExportSection> All { get; } =
    [
        new("communications", "Messages sent to you", "communications", ExportSection.OfCustomer,
            """
            select id, channel, purpose, campaign_id as "campaignId", subject, body, occurred_at as "occurredAt"
            from communications
            where business_id = @business and customer_id = @customer
            order by occurred_at, id
            """),
        new("notes", "Notes about you", "customer_notes", ExportSection.OfCustomer,
            """
            select body, 'staff' as author, is_pinned as "isPinned", created_at as "createdAt", updated_at as "updatedAt"
            from customer_notes
            where business_id = @business and customer_id = @customer
            order by created_at, id
            """),
        new("tags", "Tags on you", "customer_tags", ExportSection.OfCustomer,
            """
            select tag, created_at as "createdAt"
            from customer_tags
            where business_id = @business and customer_id = @customer
            order by tag_key
            """),
        new("referrals", "Customers whom you brought, without saying who they are", "customers", "business_id = @business and referred_by = @customer",
            """
            select 'a customer' as referred, created_at as "joinedAt"
            from customers
            where business_id = @business and referred_by = @customer
            order by created_at, id
            """),
    ];
}
