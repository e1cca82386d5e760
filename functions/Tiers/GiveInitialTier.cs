using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>The tier that an owner gives a customer at its creation: an override, for good.</summary>
public static class GiveInitialTier
{
    /// <summary>To be called in the transaction that makes the customer.</summary>
    public static async Task ExecuteAsync(Session session, Guid customer, LoyaltyTier tier, string actor, DateTimeOffset now)
    {
        await OverrideRow.WriteAsync(session, customer, new TierOverride(tier, LastDay: null), reason: null, actor, now);
        await WriteTiers.WriteChangesAsync(
            session,
            [new TierChanged(customer, LoyaltyTier.BRONZE, tier, TierCause.Initial, Measures: null, ConfigurationVersion: null, now) { Actor = actor }]);
    }
}
