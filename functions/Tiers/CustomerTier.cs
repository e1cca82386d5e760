using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>A customer's tier, and what it stands on.</summary>
public sealed record CustomerTier : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => [CustomerId];

    public required Guid CustomerId { get; init; }

    /// <summary>The tier held.</summary>
    public required LoyaltyTier LoyaltyTier { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>The business's local day for which all of this stands.</summary>
    public required DateOnly AsOf { get; init; }

    /// <summary>The tier that the rules give, beneath any override; null where a past instant is asked for.</summary>
    public LoyaltyTier? RuledTier { get; init; }

    /// <summary>Towards the tier above the one held; null at PLATINUM, without thresholds, and for a past instant.</summary>
    public TierProgress? Progress { get; init; }

    /// <summary>Null while the figures meet the tier of the rules, and for a past instant.</summary>
    public TierGrace? Grace { get; init; }

    /// <summary>Null where the tier is not set by hand, and for a past instant.</summary>
    public TierSetByHand? Override { get; init; }
}

/// <summary>What is missing for the next tier.</summary>
/// <param name="Percent">0-100: of the threshold that is met best, or least where all must be met.</param>
/// <param name="EvaluationPeriod">In which spending and visits count.</param>
/// <param name="Measures">Each threshold with what there is of it and what is missing.</param>
public sealed record TierProgress(
    LoyaltyTier NextTier, int Percent, ThresholdMatch Match, EvaluationPeriod EvaluationPeriod, IReadOnlyList<TierMeasure> Measures)
{
    internal static TierProgress? Of(TierThresholds? thresholds, TierFigures figures, LoyaltyTier held) =>
        thresholds?.For(held + 1) is not { } next ? null
        : new TierProgress(held + 1, TierPolicy.Progress(thresholds, figures, held)!.Value, next.Match, next.EvaluationPeriod, [.. TierPolicy.Measures(next, figures)]);
}

/// <param name="Tier">The tier held while it lasts.</param>
/// <param name="Reason">What staff wrote to it; null for customers.</param>
/// <param name="LastDay">The last local day on which it holds; null for good.</param>
/// <param name="CreatedBy">Who set it; for customers just staff.</param>
/// <param name="CreatedAt">When it was set.</param>
public sealed record TierSetByHand(LoyaltyTier Tier, string? Reason, DateOnly? LastDay, string CreatedBy, DateTimeOffset CreatedAt)
{
    internal TierSetByHand ForCustomer() => this with { Reason = null, CreatedBy = TierChange.Staff };
}
