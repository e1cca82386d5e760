namespace NxLoy.Functions.Tiers;

/// <summary>What the rules made of a customer: the state after, and every change of the tier held on the way there.</summary>
/// <param name="Case">As it was before.</param>
/// <param name="State">As it is now.</param>
/// <param name="Changes">In their order.</param>
internal sealed record TierResult(TierCase Case, TierState State, IReadOnlyList<TierChanged> Changes)
{
    public bool HasNewState { get; } = !IsSame(Case.State, State);

    public bool IsOverrideOver => Case.OverrideTier is not null && State.Override is null;

    /// <summary>Takes the customer through occasions, one after the other.</summary>
    public static TierResult Of(TierCase one, IEnumerable<TierOccasion> occasions)
    {
        var before = one.State;
        var (state, changes) = TierPolicy.CatchUp(before, occasions);
        var (held, last) = (before.Held, one.TierUpdatedAt);
        var changed = new List<TierChanged>();
        foreach (var (occasion, outcome) in changes)
        {
            // No change is dated before the one it follows: a customer may be younger than the midnight that is caught up.
            last = occasion.At > last ? occasion.At : last;
            changed.Add(new TierChanged(one.Id, held, outcome.State.Held, outcome.Cause!.Value, TierDecision.Of(occasion, held, outcome), occasion.ConfigurationVersion, last));
            held = outcome.State.Held;
        }

        return new TierResult(one, state, changed);
    }

    private static bool IsSame(TierState one, TierState other) =>
        one.Grace == other.Grace && one.Steps.Count == other.Steps.Count
        && one.Steps.Zip(other.Steps).All(steps => steps.First.Tier == steps.Second.Tier && steps.First.Sales.SequenceEqual(steps.Second.Sales));
}

/// <summary>One change of the tier held.</summary>
/// <param name="Measures">Null where no threshold decided.</param>
internal sealed record TierChanged(
    Guid CustomerId, LoyaltyTier From, LoyaltyTier To, TierCause Cause, TierDecision? Measures, long? ConfigurationVersion, DateTimeOffset ChangedAt)
{
    /// <summary>Whoever made it; the rules go by the name of the app itself.</summary>
    public string Actor { get; init; } = TierChange.System;

    public string? Reason { get; init; }
}
