namespace NxLoy.Functions.Tiers;

/// <summary>What holds between a business's thresholds, and what tells two sets of them apart.</summary>
public static class TierRules
{
    /// <summary>The largest sum of money that a threshold may name.</summary>
    public const long MaxSpending = 1_000_000_000_000;

    /// <summary>The largest number of visits or points.</summary>
    public const int MaxCount = 1_000_000_000;

    public const int SpendingDecimals = 4;

    /// <summary>
    /// The fields in which a tier asks for less than the one below it: of the same measure and window. Points know no
    /// window, so they are always compared.
    /// </summary>
    public static IEnumerable<string> Decreases(TierRequirement lower, TierRequirement higher)
    {
        var isSameWindow = lower.EvaluationPeriod == higher.EvaluationPeriod;
        if (isSameWindow && higher.SpendingThreshold < lower.SpendingThreshold)
        {
            yield return "spendingThreshold";
        }

        if (isSameWindow && higher.VisitThreshold < lower.VisitThreshold)
        {
            yield return "visitThreshold";
        }

        if (higher.PointsThreshold < lower.PointsThreshold)
        {
            yield return "pointsThreshold";
        }
    }

    /// <summary>Every field that is not the same, each with its pointer within the thresholds.</summary>
    /// <param name="before">Null when there were none.</param>
    public static IReadOnlyList<ThresholdChange> Changes(TierThresholds? before, TierThresholds after) =>
    [
        .. Changes("/silver", before?.Silver, after.Silver),
        .. Changes("/gold", before?.Gold, after.Gold),
        .. Changes("/platinum", before?.Platinum, after.Platinum),
    ];

    private static IEnumerable<ThresholdChange> Changes(string tier, TierRequirement? before, TierRequirement after) =>
        ((ThresholdChange[])[
            new(tier + "/spendingThreshold", before?.SpendingThreshold, after.SpendingThreshold),
            new(tier + "/visitThreshold", before?.VisitThreshold, after.VisitThreshold),
            new(tier + "/pointsThreshold", before?.PointsThreshold, after.PointsThreshold),
            new(tier + "/evaluationPeriod", before?.EvaluationPeriod, after.EvaluationPeriod),
            new(tier + "/match", before?.Match, after.Match),
        ]).Where(change => !Equals(change.From, change.To));
}

/// <param name="Pointer">JSON pointer of the field within the thresholds.</param>
/// <param name="From">Null where it was not given.</param>
/// <param name="To">Null where it is no longer given.</param>
public sealed record ThresholdChange(string Pointer, object? From, object? To);
