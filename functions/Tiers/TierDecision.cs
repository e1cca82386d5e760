namespace NxLoy.Functions.Tiers;

/// <summary>The figures and thresholds by which a tier changed.</summary>
public sealed record TierDecision
{
    /// <summary>The business's local day of which the figures are.</summary>
    public DateOnly Day { get; init; }

    /// <summary>Whose thresholds decided: of the tier reached, or of the lowest that is no longer.</summary>
    public LoyaltyTier Tier { get; init; }

    public EvaluationPeriod EvaluationPeriod { get; init; }

    public ThresholdMatch Match { get; init; }

    public IReadOnlyList<TierMeasure> Measures { get; init; } = [];

    /// <summary>Null where an override decided, or there are no thresholds.</summary>
    internal static TierDecision? Of(TierOccasion occasion, LoyaltyTier from, TierOutcome outcome)
    {
        var to = outcome.State.Held;
        var tier = to > from ? to : to + 1;
        return outcome.Cause == TierCause.Override || occasion.Thresholds?.For(tier) is not { } requirement ? null : new TierDecision
        {
            Day = occasion.Today,
            Tier = tier,
            EvaluationPeriod = requirement.EvaluationPeriod,
            Match = requirement.Match,
            Measures = [.. TierPolicy.Measures(requirement, occasion.Figures)],
        };
    }
}
