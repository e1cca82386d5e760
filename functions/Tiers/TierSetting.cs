namespace NxLoy.Functions.Tiers;

/// <summary>By what a business's customers are evaluated, and how far all of them have been.</summary>
internal sealed record TierSetting
{
    public required string TimeZone { get; init; }

    public required int GraceMonths { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The local day through which everybody has been evaluated; null before the first time.</summary>
    public required DateOnly? Through { get; init; }

    /// <summary>By which version of the thresholds.</summary>
    public required long ThroughVersion { get; init; }

    /// <summary>That version and those that have come since, in their order.</summary>
    public required IReadOnlyList<TierVersion> Versions { get; init; }

    public DateOnly Today => BusinessCalendar.Today(Now, TimeZone);

    public TierVersion Current => Versions is [.., var last] ? last : TierVersion.None;

    /// <summary>Nobody has a day or new thresholds to catch up with.</summary>
    public bool IsCurrent => Through >= Today && ThroughVersion == Current.Version;
}

/// <summary>A business's thresholds from one change of them to the next.</summary>
/// <param name="Version">0 before the first.</param>
/// <param name="Thresholds">Null before the first.</param>
internal sealed record TierVersion(long Version, TierThresholds? Thresholds, DateTimeOffset Since)
{
    public static TierVersion None { get; } = new(0, null, DateTimeOffset.MinValue);
}
