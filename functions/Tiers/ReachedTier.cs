namespace NxLoy.Functions.Tiers;

/// <summary>
/// <see cref="TierPolicy.Reached"/> once more as an SQL expression, for finding among many customers the few whose tier may
/// change. The policy decides about those; a test holds the two against each other.
/// </summary>
internal static class ReachedTier
{
    /// <summary>About windows w (null where nothing was bought), metrics m and balance b. Its parameters are <see cref="Parameters"/>.</summary>
    public static string Sql(TierThresholds? thresholds) => thresholds is null ? "'BRONZE'"
        : $"""
        case when {Met("platinum", thresholds.Platinum)} then 'PLATINUM'
                when {Met("gold", thresholds.Gold)} then 'GOLD'
                when {Met("silver", thresholds.Silver)} then 'SILVER'
                else 'BRONZE' end
        """;

    public static IEnumerable<KeyValuePair<string, object>> Parameters(TierThresholds? thresholds) =>
        ((string Name, TierRequirement? Requirement)[])[("silver", thresholds?.Silver), ("gold", thresholds?.Gold), ("platinum", thresholds?.Platinum)]
        is var tiers
            ? tiers.SelectMany(tier => ((string Measure, object? Needs)[])
                [("spending", tier.Requirement?.SpendingThreshold), ("visits", tier.Requirement?.VisitThreshold), ("points", tier.Requirement?.PointsThreshold)],
                (tier, measure) => (Name: $"{tier.Name}_{measure.Measure}", measure.Needs))
                .Where(parameter => parameter.Needs is not null)
                .Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Needs!))
            : [];

    private static string Met(string tier, TierRequirement requirement)
    {
        var (spent, visits) = requirement.EvaluationPeriod == EvaluationPeriod.lifetime ? ("m.total_spent", "m.visit_count")
            : ($"coalesce(w.{requirement.EvaluationPeriod}_spent, 0)", $"coalesce(w.{requirement.EvaluationPeriod}_visits, 0)");
        var terms = ((string, bool)[])
        [
            ($"{spent} >= @{tier}_spending", requirement.SpendingThreshold is not null),
            ($"{visits} >= @{tier}_visits", requirement.VisitThreshold is not null),
            ($"coalesce(b.qualifying_points, b.balance, 0) >= @{tier}_points", requirement.PointsThreshold is not null),
        ];
        return "(" + string.Join(requirement.Match == ThresholdMatch.all ? " and " : " or ", terms.Where(term => term.Item2).Select(term => term.Item1)) + ")";
    }
}
