namespace NxLoy.Functions.Tiers;

/// <summary>
/// Which tier a customer holds. Pure: the state so far and what counts today are handed in, the next state comes out.
/// Asked again on the same day with the same figures it changes nothing.
/// </summary>
public static class TierPolicy
{
    private static readonly LoyaltyTier[] Above = [LoyaltyTier.SILVER, LoyaltyTier.GOLD, LoyaltyTier.PLATINUM];

    /// <summary>
    /// The first local day that counts in a period which ends today: calendar months and years back to the day after,
    /// clamped to the month's end. Null when every day counts.
    /// </summary>
    public static DateOnly? WindowStart(EvaluationPeriod period, DateOnly today) => period switch
    {
        EvaluationPeriod.monthly => today.AddMonths(-1).AddDays(1),
        EvaluationPeriod.quarterly => today.AddMonths(-3).AddDays(1),
        EvaluationPeriod.yearly => today.AddYears(-1).AddDays(1),
        EvaluationPeriod.lifetime => null,
        _ => throw new ArgumentOutOfRangeException(nameof(period)),
    };

    /// <summary>The highest tier whose thresholds the figures meet, whatever was held before.</summary>
    public static LoyaltyTier Reached(TierThresholds? thresholds, TierFigures figures) => Above
        .Where(tier => thresholds?.For(tier) is { } requirement && IsMet(requirement, figures))
        .DefaultIfEmpty(LoyaltyTier.BRONZE)
        .Max();

    /// <summary>Each threshold that the tier names, beside what there is of it.</summary>
    public static IEnumerable<TierMeasure> Measures(TierRequirement requirement, TierFigures figures)
    {
        var (spent, visits) = figures.In(requirement.EvaluationPeriod);
        foreach (var (measure, has, needs) in ((string, decimal, decimal?)[])
            [("spending", spent, requirement.SpendingThreshold), ("visits", visits, requirement.VisitThreshold), ("points", figures.Points, requirement.PointsThreshold)])
        {
            if (needs is { } threshold)
            {
                yield return new TierMeasure(measure, has, threshold);
            }
        }
    }

    /// <summary>
    /// How far towards the tier above the one held, in whole percent: by the threshold that is met best, or least where
    /// all must be met. 100 at PLATINUM, null without thresholds.
    /// </summary>
    public static int? Progress(TierThresholds? thresholds, TierFigures figures, LoyaltyTier held)
    {
        if (thresholds is null)
        {
            return null;
        }

        // Nothing is above PLATINUM.
        if (thresholds.For(held + 1) is not { } requirement)
        {
            return 100;
        }

        var shares = Measures(requirement, figures).Select(measure => measure.IsMet ? 1 : measure.Has <= 0 ? 0 : measure.Has / measure.Needs);
        return (int)(100 * (requirement.Match == ThresholdMatch.all ? shares.Min() : shares.Max()));
    }

    /// <summary>What a customer's tier becomes when something happens.</summary>
    public static TierOutcome Next(TierState state, TierOccasion occasion)
    {
        var (steps, grace, cause) = Rule(state, occasion);
        var next = state with { Steps = steps, Grace = grace };
        return state.Override is not { } given ? Hold(state, next, cause)
            : given.HoldsOn(occasion.Today) ? Hold(state, next, TierCause.Override)
            : Hold(state, next with { Override = null }, TierCause.Override);
    }

    /// <summary>Sets, replaces or (null) takes away what stands above the rules; the rules themselves go on as they were.</summary>
    public static TierOutcome Override(TierState state, TierOverride? given) =>
        Hold(state, state with { Override = given }, TierCause.Override);

    /// <summary>Days that began and that nobody looked at, one by one: a grace begins and ends when it would have.</summary>
    /// <param name="days">What counted on each, earliest first.</param>
    /// <returns>The occasions on which the tier held changed, and the state after the last.</returns>
    public static (TierState State, IReadOnlyList<(TierOccasion Occasion, TierOutcome Outcome)> Changes) CatchUp(TierState state, IEnumerable<TierOccasion> days)
    {
        var changes = new List<(TierOccasion, TierOutcome)>();
        foreach (var day in days)
        {
            var outcome = Next(state, day);
            state = outcome.State;
            if (outcome.Cause is not null)
            {
                changes.Add((day, outcome));
            }
        }

        return (state, changes);
    }

    // The rules beneath any override, with why the tier they give would be another.
    private static (IReadOnlyList<TierStep> Steps, TierGrace? Grace, TierCause Cause) Rule(TierState state, TierOccasion occasion)
    {
        if (occasion.Thresholds is null)
        {
            return ([], null, TierCause.Configuration);
        }

        var reached = Reached(occasion.Thresholds, occasion.Figures);
        var kept = state with { Steps = [.. state.Steps.Where(step => step.Tier <= reached || occasion.Reversed is not { } sale || !step.Sales.Contains(sale))] };
        var isUndone = kept.Ruled < state.Ruled;
        if (reached >= kept.Ruled)
        {
            return (Climb(kept.Steps, reached, occasion.Sale), null, isUndone ? TierCause.Reversal : Changed(occasion, TierCause.Threshold));
        }

        // A grace is of the tier that was held: what a reversal leaves begins its own.
        var grace = isUndone || state.Grace is null ? new TierGrace(occasion.Today, occasion.Today.AddMonths(occasion.GraceMonths)) : state.Grace;
        return occasion.Today < grace.Until
            ? (kept.Steps, grace, TierCause.Reversal)
            : (Climb([.. kept.Steps.Where(step => step.Tier <= reached)], reached, sale: null), null, isUndone ? TierCause.Reversal : Changed(occasion, TierCause.GraceEnded));
    }

    // Steps that are there keep the sale that lifted the customer to them.
    private static IReadOnlyList<TierStep> Climb(IReadOnlyList<TierStep> steps, LoyaltyTier to, string? sale) =>
        [.. Above.Where(tier => tier <= to).Select(tier => steps.FirstOrDefault(step => step.Tier == tier) ?? new TierStep(tier, sale is null ? [] : [sale]))];

    private static TierCause Changed(TierOccasion occasion, TierCause otherwise) => occasion.IsReconfigured ? TierCause.Configuration : otherwise;

    private static TierOutcome Hold(TierState before, TierState after, TierCause cause)
    {
        var held = after.Override?.Tier ?? after.Ruled;
        return new TierOutcome(after with { Held = held }, held == before.Held ? null : cause);
    }

    private static bool IsMet(TierRequirement requirement, TierFigures figures) =>
        requirement.Match == ThresholdMatch.all
            ? Measures(requirement, figures).All(measure => measure.IsMet)
            : Measures(requirement, figures).Any(measure => measure.IsMet);
}
