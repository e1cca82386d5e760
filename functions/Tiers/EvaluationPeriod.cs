namespace NxLoy.Functions.Tiers;

/// <summary>How far back spend and visits count for a tier, in whole local days.</summary>
public enum EvaluationPeriod
{
    /// <summary>One calendar month.</summary>
    monthly,

    /// <summary>Three calendar months.</summary>
    quarterly,

    /// <summary>One calendar year.</summary>
    yearly,

    /// <summary>Ever.</summary>
    lifetime,
}
