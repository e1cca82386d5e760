using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>The row of a tier set by hand.</summary>
internal sealed record OverrideRow
{
    public required LoyaltyTier Tier { get; init; }
    public required string? Reason { get; init; }
    public required DateOnly? LastDay { get; init; }
    public required string CreatedBy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public static Task<OverrideRow?> FindAsync(Session session, Guid customer) => session.FindAsync<OverrideRow>(
        """
        select tier, reason, last_day as lastday, created_by as createdby, created_at as createdat
        from tier_overrides
        where business_id = @business and customer_id = @customer
        """,
        new { business = session.Business, customer });

    public static Task WriteAsync(Session session, Guid customer, TierOverride given, string? reason, string actor, DateTimeOffset now) => session.ExecuteAsync(
        """
        insert into tier_overrides (customer_id, business_id, tier, reason, last_day, created_by, created_at)
        values (@customer, @business, @tier, @reason, @lastDay, @actor, @now)
        on conflict (customer_id) do update
        set tier = excluded.tier, reason = excluded.reason, last_day = excluded.last_day, created_by = excluded.created_by, created_at = excluded.created_at
        """,
        new { customer, business = session.Business, tier = given.Tier.ToString(), reason, given.LastDay, actor, now });

    public static Task DeleteAsync(Session session, Guid customer) => session.ExecuteAsync(
        "delete from tier_overrides where business_id = @business and customer_id = @customer", new { business = session.Business, customer });
}
