namespace NxLoy.Functions.Tiers;

/// <summary>One threshold of a tier beside what the customer has of it.</summary>
/// <param name="Measure">spending, visits or points.</param>
public sealed record TierMeasure(string Measure, decimal Has, decimal Needs)
{
    /// <summary>What is still needed; 0 where it is met.</summary>
    public decimal Missing => Math.Max(0, Needs - Has);

    internal bool IsMet => Has >= Needs;
}
