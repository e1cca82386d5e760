namespace NxLoy.Functions.Tiers;

/// <summary>How many of a tier's thresholds have to be met.</summary>
public enum ThresholdMatch
{
    any,
    all,
}
