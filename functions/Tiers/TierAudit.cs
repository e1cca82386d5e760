namespace NxLoy.Functions.Tiers;

/// <summary>One change of a business's thresholds.</summary>
public sealed record TierAudit
{
    public required Guid Id { get; init; }

    /// <summary>The version of the thresholds that it made: their ETag.</summary>
    public required long ConfigurationVersion { get; init; }

    public required string ChangedBy { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    public required string? Reason { get; init; }

    /// <summary>Null where there were none before.</summary>
    public required TierThresholds? PreviousThresholds { get; init; }

    public required TierThresholds NewThresholds { get; init; }

    /// <summary>What of them is not the same.</summary>
    public required IReadOnlyList<ThresholdChange> Changes { get; init; }
}
