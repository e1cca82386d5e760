namespace NxLoy.Functions;

/// <summary>The four tiers of the specification, lowest first.</summary>
public enum LoyaltyTier
{
    BRONZE,
    SILVER,
    GOLD,
    PLATINUM,
}
