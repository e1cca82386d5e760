namespace NxLoy.Functions.Activity;

/// <summary>A reward taken for points, as the rewards module tells it.</summary>
public sealed record RedemptionFact
{
    /// <summary>Unique in the business, 1-255 characters.</summary>
    public required string RedemptionId { get; init; }

    public required Guid CustomerId { get; init; }

    /// <summary>What was taken, 1-255 characters.</summary>
    public required string Reward { get; init; }

    /// <summary>What it cost, 0 or more.</summary>
    public required long Points { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}
