namespace NxLoy.Functions.Exports;

/// <summary>Who looked at the data, and what was asked for about them.</summary>
internal static class RecordSections
{
    public static IReadOnlyList<ExportSection> All { get; } =
    [
        new("access-log", "Who read or changed your data, by role", "audit_log", "business_id = @business and @customer = any(customers)",
            """
            select occurred_at as "occurredAt", case when caller = @customer::text then 'you' else roles end as "by", action
            from audit_log
            where business_id = @business and @customer = any(customers)
            order by occurred_at, writer, sequence
            """),
        // A person's package is told of where it was asked for, and why staff asked is not the customer's to know.
        new("exports", "Exports of your data", "customer_data_exports", "asked_in = @business and customer_id = @customer",
            """
            select id, export_type as "exportType", status, requested_as as "requestedBy",
                case when requested_as = 'customer' then request_reason end as "reason",
                approval, decided_at as "decidedAt", decision_reason as "decisionReason", completed_at as "completedAt",
                expires_at as "expiresAt", created_at as "createdAt"
            from customer_data_exports
            where asked_in = @business and customer_id = @customer
            order by created_at, id
            """),
        new("erasure-requests", "Requests to erase your data", "erasure_requests", ExportSection.OfCustomer,
            """
            select id, status, requested_as as "requestedBy", reason, requested_at as "requestedAt", due_at as "dueAt",
                ended_at as "endedAt", end_reason as "endReason", completed_at as "completedAt"
            from erasure_requests
            where business_id = @business and customer_id = @customer
            order by requested_at, id
            """),
    ];
}
