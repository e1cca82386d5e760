namespace NxLoy.Functions.Tiers;

/// <summary>What the rules look at when something happens, be it only that a day begins.</summary>
public sealed record TierOccasion
{
    /// <summary>The business's local day.</summary>
    public required DateOnly Today { get; init; }

    /// <summary>The instant at which it happened, which dates what it changes; a day that begins does so at local midnight.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The version of the thresholds; 0 while there are none.</summary>
    public long ConfigurationVersion { get; init; }

    /// <summary>Null while the business has configured none.</summary>
    public required TierThresholds? Thresholds { get; init; }

    /// <summary>0-24; of a grace that begins now.</summary>
    public required int GraceMonths { get; init; }

    /// <summary>On <see cref="Today"/>, with what has just happened in them.</summary>
    public required TierFigures Figures { get; init; }

    /// <summary>The sale that has just been recorded; null where something else has happened.</summary>
    public string? Sale { get; init; }

    /// <summary>The sale that has just been voided or refunded, in full or in part; null where something else has happened.</summary>
    public string? Reversed { get; init; }

    /// <summary>True when the thresholds themselves are what has changed.</summary>
    public bool IsReconfigured { get; init; }
}

/// <summary>What became of a customer's tier.</summary>
/// <param name="Cause">Why the tier held is another than before; null when it is the same.</param>
public sealed record TierOutcome(TierState State, TierCause? Cause);
