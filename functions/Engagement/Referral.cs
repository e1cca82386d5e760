namespace NxLoy.Functions.Engagement;

/// <summary>A customer whom another customer brought.</summary>
public sealed record Referral
{
    /// <summary>The one who came.</summary>
    public required Guid CustomerId { get; init; }

    /// <summary>First and last name with a space between; null when neither is known.</summary>
    public required string? FullName { get; init; }

    /// <summary>When this customer was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Net of refunds and voids, in the business's currency.</summary>
    public required decimal TotalSpent { get; init; }

    /// <summary>Sales that stand.</summary>
    public required int VisitCount { get; init; }
}
