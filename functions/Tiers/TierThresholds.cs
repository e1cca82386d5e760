namespace NxLoy.Functions.Tiers;

/// <summary>What each tier above BRONZE asks for. None asks for less than the tier below it.</summary>
public sealed record TierThresholds
{
    public required TierRequirement Silver { get; init; }

    public required TierRequirement Gold { get; init; }

    public required TierRequirement Platinum { get; init; }

    /// <summary>What a tier asks for; BRONZE asks for nothing.</summary>
    public TierRequirement? For(LoyaltyTier tier) => tier switch
    {
        LoyaltyTier.SILVER => Silver,
        LoyaltyTier.GOLD => Gold,
        LoyaltyTier.PLATINUM => Platinum,
        _ => null,
    };

    /// <summary>Whether a tier asks for spending or visits of such a period.</summary>
    internal bool Uses(EvaluationPeriod period) => ((TierRequirement[])[Silver, Gold, Platinum]).Any(
        requirement => requirement.EvaluationPeriod == period && (requirement.SpendingThreshold ?? requirement.VisitThreshold) is not null);
}

/// <summary>What one tier asks for: at least one of the three thresholds.</summary>
public sealed record TierRequirement
{
    /// <summary>Spent in the period, in the business's currency, at most 4 decimals.</summary>
    public decimal? SpendingThreshold { get; init; }

    /// <summary>Visits in the period.</summary>
    public int? VisitThreshold { get; init; }

    /// <summary>Loyalty points; no period bounds them.</summary>
    public int? PointsThreshold { get; init; }

    /// <summary>How far back spend and visits count: monthly, quarterly, yearly or lifetime. Needed.</summary>
    public required EvaluationPeriod EvaluationPeriod { get; init; }

    /// <summary>Whether any threshold is enough or all must be met; any where it is left out.</summary>
    public ThresholdMatch Match { get; init; }
}
