namespace NxLoy.Functions.Tiers;

/// <summary>All that the rules remember of one customer.</summary>
public sealed record TierState
{
    /// <summary>A customer of whom nothing has happened yet.</summary>
    public static TierState New { get; } = new();

    /// <summary>The tier that the customer holds, which an override decides while it lasts.</summary>
    public LoyaltyTier Held { get; init; }

    /// <summary>The tiers above BRONZE that the rules give, each with the sale that lifted the customer to it.</summary>
    public IReadOnlyList<TierStep> Steps { get; init; } = [];

    /// <summary>Null while the figures meet the tier of the rules.</summary>
    public TierGrace? Grace { get; init; }

    public TierOverride? Override { get; init; }

    /// <summary>The tier of the rules, whatever stands above them.</summary>
    public LoyaltyTier Ruled => Steps.Select(step => step.Tier).DefaultIfEmpty(LoyaltyTier.BRONZE).Max();
}

/// <param name="Sales">The sale that reached it; none where time, points or thresholds did. States written by earlier versions may name several.</param>
public sealed record TierStep(LoyaltyTier Tier, IReadOnlyList<string> Sales);

/// <summary>A tier is kept although the figures are below it.</summary>
/// <param name="From">The first local day whose figures were below.</param>
/// <param name="Until">The first local day that is no longer protected; later settings do not move it.</param>
public sealed record TierGrace(DateOnly From, DateOnly Until);

/// <summary>A tier set by hand.</summary>
/// <param name="LastDay">The last local day on which it holds; null for good.</param>
public sealed record TierOverride(LoyaltyTier Tier, DateOnly? LastDay)
{
    public bool HoldsOn(DateOnly day) => LastDay is null || day <= LastDay;
}
