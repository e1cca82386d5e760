using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// The tier that a customer has from its creation on: the one an owner gives it, an override for good; else the one that
/// asks for nothing, where thresholds are 0.
/// </summary>
public sealed class GiveInitialTier(ReadTierSetting read)
{
    /// <summary>To be called in the transaction that makes the customer.</summary>
    /// <param name="tier">Null where nobody gives it one.</param>
    public async Task ExecuteAsync(Session session, Guid customer, LoyaltyTier? tier, string actor, DateTimeOffset now)
    {
        if (tier is { } given)
        {
            await OverrideRow.WriteAsync(session, customer, new TierOverride(given, LastDay: null), reason: null, actor, now);
            await WriteTiers.WriteChangesAsync(
                session,
                [new TierChanged(customer, LoyaltyTier.BRONZE, given, TierCause.Initial, Measures: null, ConfigurationVersion: null, now) { Actor = actor }]);
            return;
        }

        await EvaluateTiers.WelcomeAsync(session, customer, read);
    }
}
