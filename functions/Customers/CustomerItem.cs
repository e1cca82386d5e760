namespace NxLoy.Functions.Customers;

/// <summary>A customer as lists show it; every name means what it means in <see cref="CustomerProfile"/>.</summary>
public sealed record CustomerItem
{
    public required Guid Id { get; init; }
    public required string? ExternalId { get; init; }
    public required string Email { get; init; }
    public required string? Phone { get; init; }
    public required string? FirstName { get; init; }
    public required string? LastName { get; init; }
    public string? FullName => $"{FirstName} {LastName}".Trim() is { Length: > 0 } name ? name : null;
    public required LoyaltyTier LoyaltyTier { get; init; }
    public required bool IsActive { get; init; }
    public required string[] Tags { get; init; }
    public required decimal TotalSpent { get; init; }
    public required int VisitCount { get; init; }
    public required DateTimeOffset? LastVisit { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? DeletedAt { get; init; }
}
