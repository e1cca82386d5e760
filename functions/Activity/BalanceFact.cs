namespace NxLoy.Functions.Activity;

/// <summary>How many points a customer has, as the module that keeps them tells it.</summary>
public sealed record BalanceFact
{
    public required Guid CustomerId { get; init; }

    /// <summary>Points that can be spent; below 0 where points were taken back that were spent already.</summary>
    public required long Balance { get; init; }

    /// <summary>Points that count towards tiers, 0 or more; null where the balance counts.</summary>
    public required long? QualifyingPoints { get; init; }

    /// <summary>Who or what changed them, 1-255 characters.</summary>
    public required string ChangedBy { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Its place among all that arrived together: tiers follow events in the order in which they came.</summary>
    internal int Place { get; init; }
}
