namespace NxLoy.Functions.Tiers;

/// <summary>Why a customer's tier changed.</summary>
public enum TierCause
{
    /// <summary>The figures reached a higher tier.</summary>
    Threshold,

    /// <summary>The figures stayed below for as long as the grace protects.</summary>
    GraceEnded,

    /// <summary>The sale that had lifted the customer was voided or refunded.</summary>
    Reversal,

    /// <summary>A tier set by hand began or ended.</summary>
    Override,

    /// <summary>The business changed its thresholds.</summary>
    Configuration,

    /// <summary>Given at creation.</summary>
    Initial,
}
