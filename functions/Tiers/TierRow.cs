namespace NxLoy.Functions.Tiers;

/// <summary>The columns that the rules and a profile both read of a customer: what stands above and beneath its tier, and what counts for it.</summary>
internal abstract record TierRow
{
    public required DateOnly? GraceFrom { get; init; }
    public required DateOnly? GraceUntil { get; init; }
    public required LoyaltyTier? OverrideTier { get; init; }
    public required DateOnly? OverrideLastDay { get; init; }
    public required decimal MonthlySpent { get; init; }
    public required int MonthlyVisits { get; init; }
    public required decimal QuarterlySpent { get; init; }
    public required int QuarterlyVisits { get; init; }
    public required decimal YearlySpent { get; init; }
    public required int YearlyVisits { get; init; }
    public required decimal LifetimeSpent { get; init; }
    public required int LifetimeVisits { get; init; }
    public required long Points { get; init; }

    public TierGrace? Grace => GraceFrom is { } from ? new TierGrace(from, GraceUntil!.Value) : null;

    public TierOverride? Override => OverrideTier is { } tier ? new TierOverride(tier, OverrideLastDay) : null;

    public TierFigures ToFigures() => new()
    {
        Monthly = new WindowFigures(MonthlySpent, MonthlyVisits),
        Quarterly = new WindowFigures(QuarterlySpent, QuarterlyVisits),
        Yearly = new WindowFigures(YearlySpent, YearlyVisits),
        Lifetime = new WindowFigures(LifetimeSpent, LifetimeVisits),
        Points = Points,
    };
}
