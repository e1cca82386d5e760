namespace NxLoy.Functions.Engagement;

/// <summary>Where the entries of one kind stand: each read newest first by an index, and no further than a page needs.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="From">The table, called t, and what it is joined with.</param>
/// <param name="At">The column that tells when.</param>
/// <param name="Id">What the entry is called.</param>
/// <param name="Key">The column that parts entries of the same instant.</param>
/// <param name="KeyType">Its type.</param>
/// <param name="Details">What is shown of an entry, as JSON in the API's names.</param>
internal sealed record TimelineSource(TimelineKind Kind, string From, string At, string Id, string Key, string KeyType, string Details)
{
    public static IReadOnlyList<TimelineSource> All { get; } =
    [
        new(TimelineKind.note, "customer_notes t", "t.created_at", "t.id", "t.id", "uuid",
            "json_build_object('body', t.body, 'author', t.author, 'isPinned', t.is_pinned)"),
        new(TimelineKind.tier, "tier_changes t", "t.changed_at", "t.id", "t.sequence", "bigint",
            "json_build_object('fromTier', t.from_tier, 'toTier', t.to_tier, 'cause', t.cause, 'reason', case when @seesStaffsWords then t.reason end)"),
        new(TimelineKind.points, "loyalty_balance_changes t", "t.occurred_at", "t.id", "t.id", "uuid",
            """
            json_build_object('balance', t.balance, 'qualifyingPoints', t.qualifying_points, 'change', t.balance - (
                select p.balance from loyalty_balance_changes p
                where p.business_id = @business and p.customer_id = @customer and (p.occurred_at, p.id) < (t.occurred_at, t.id)
                order by p.occurred_at desc, p.id desc limit 1))
            """),
        new(TimelineKind.redemption, "redemptions t", "t.occurred_at", "t.id", "t.id", "text",
            "json_build_object('reward', t.reward, 'points', t.points)"),
        new(TimelineKind.transaction, "transactions t", "t.occurred_at", "t.id", "t.id", "text",
            """
            json_build_object('type', t.kind, 'amount', t.amount, 'currency', t.currency,
                'itemCount', (select count(*) from transaction_items i where i.business_id = t.business_id and i.transaction_id = t.id),
                'originalTransactionId', t.original_id, 'refundedAmount', t.reversed_amount, 'isVoided', t.is_voided)
            """),
        new(TimelineKind.message, "communications t", "t.occurred_at", "t.id", "t.id", "text",
            "json_build_object('channel', t.channel, 'purpose', t.purpose, 'campaignId', t.campaign_id, 'subject', t.subject)"),
        new(TimelineKind.consent, "consent_changes t", "t.changed_at", "t.id", "t.id", "uuid",
            // That somebody was erased before, nobody is told.
            "json_build_object('flag', t.flag, 'granted', t.granted, 'source', case when t.source = 'erased_before' then 'default' else t.source end)"),
        new(TimelineKind.tag, "customer_tags t", "t.created_at", "t.tag_key", "t.tag_key", "text", "json_build_object('name', t.tag)"),
        new(TimelineKind.segment,
            "customer_segment_assignments t join customer_segments s on s.business_id = t.business_id and s.id = t.segment_id and s.deleted_at is null",
            "t.assigned_at", "t.segment_id", "t.segment_id", "uuid", "json_build_object('id', s.id, 'name', s.name)"),
        new(TimelineKind.created, "(select id, id as customer_id, business_id, created_at from customers) t", "t.created_at", "t.id", "t.id", "uuid", "json_build_object()"),
    ];

    /// <summary>The newest entries that come after a place, or the newest of all.</summary>
    /// <param name="after">The kind of the entry at that place; null for the beginning.</param>
    public string Sql(TimelineKind? after) =>
        $"""
        (select {(int)Kind} as kind, {Id}::text as id, {Key}::text as key, {At} as occurredat, {Details}::text as details,
            row_number() over (order by {At} desc, {Key} desc) as place
        from {From}
        where t.business_id = @business and t.customer_id = @customer{After(after)}
        order by {At} desc, {Key} desc
        limit @rows)
        """;

    // Entries of one instant stand by kinds, so what else is of that instant depends on the kind.
    private string After(TimelineKind? after) => after is not { } kind ? ""
        : Kind == kind ? $" and ({At}, {Key}) < (@at, @key::{KeyType})"
        : Kind > kind ? $" and {At} <= @at"
        : $" and {At} < @at";
}
