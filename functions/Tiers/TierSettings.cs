using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>What an owner decides about tiers: the body of PUT.</summary>
/// <param name="Thresholds">What SILVER, GOLD and PLATINUM ask for. Needed.</param>
/// <param name="Reason">Why they change, at most 1,000 characters; owners read it beside the change.</param>
public sealed record TierSettings(TierThresholds Thresholds, string? Reason)
{
    public static Result<TierSettings> From(Fields fields)
    {
        var thresholds = ReadThresholds(fields);
        var reason = fields.Text("reason", Http.Reason.Length);
        return fields.Finish(() => new TierSettings(thresholds(), reason));
    }

    /// <summary>Reads the field thresholds.</summary>
    /// <returns>What was read, to be asked for when there are no faults.</returns>
    internal static Func<TierThresholds> ReadThresholds(Fields fields)
    {
        var thresholds = fields.Object("thresholds", required: true);
        var silver = Part.Read(thresholds, "silver");
        var gold = Part.Read(thresholds, "gold");
        var platinum = Part.Read(thresholds, "platinum");
        gold.NotBelow(silver);
        platinum.NotBelow(gold);
        platinum.NotBelow(silver);
        return () => new TierThresholds { Silver = silver.Requirement!, Gold = gold.Requirement!, Platinum = platinum.Requirement! };
    }

    /// <param name="Fields">Null where the tier is missing.</param>
    /// <param name="Requirement">Null where too little of it could be read.</param>
    private sealed record Part(Fields? Fields, TierRequirement? Requirement)
    {
        public static Part Read(Fields? thresholds, string tier)
        {
            if (thresholds?.Object(tier, required: true) is not { } fields)
            {
                return new Part(null, null);
            }

            var (spending, visits, points) = (
                fields.Number("spendingThreshold", 0, TierRules.MaxSpending), fields.WholeNumber("visitThreshold", 0, TierRules.MaxCount),
                fields.WholeNumber("pointsThreshold", 0, TierRules.MaxCount));
            var (period, match) = (fields.Choice<EvaluationPeriod>("evaluationPeriod"), fields.Choice<ThresholdMatch>("match"));
            fields.Require("evaluationPeriod");
            if (spending is { } given && decimal.Round(given, TierRules.SpendingDecimals) != given)
            {
                fields.Fault("spendingThreshold", "too_precise", "At most 4 decimals.");
            }

            if (!fields.HasAny("spendingThreshold", "visitThreshold", "pointsThreshold"))
            {
                thresholds.Fault(tier, "required", "This needs a spendingThreshold, a visitThreshold or a pointsThreshold.");
            }

            return new Part(fields, period is not { } window ? null : new TierRequirement
            {
                SpendingThreshold = spending,
                VisitThreshold = visits,
                PointsThreshold = points,
                EvaluationPeriod = window,
                Match = match ?? ThresholdMatch.any,
            });
        }

        public void NotBelow(Part lower)
        {
            if (lower.Requirement is null || Requirement is null)
            {
                return;
            }

            foreach (var field in TierRules.Decreases(lower.Requirement, Requirement).Where(field => !Fields!.IsFaulty(field)))
            {
                Fields!.Fault(field, "below_lower_tier", "This must not be less than what a lower tier asks for.");
            }
        }
    }
}
