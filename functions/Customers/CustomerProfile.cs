using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Customers;

/// <summary>A customer as the API shows it: what was written, and the figures computed from its transactions.</summary>
public sealed record CustomerProfile : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => [Id];


    public required Guid Id { get; init; }

    public required string? ExternalId { get; init; }

    public required string Email { get; init; }

    /// <summary>E.164.</summary>
    public required string? Phone { get; init; }

    public required string? FirstName { get; init; }

    public required string? LastName { get; init; }

    /// <summary>First and last name with a space between; null when neither is known.</summary>
    public required string? FullName { get; init; }

    public required DateOnly? DateOfBirth { get; init; }

    public required string PreferredLanguage { get; init; }

    public required string? TelegramChatId { get; init; }

    public required LoyaltyTier LoyaltyTier { get; init; }

    /// <summary>When the tier held now was reached.</summary>
    public required DateTimeOffset TierUpdatedAt { get; init; }

    /// <summary>Percent towards the next tier, 0-100; null without a tier configuration and before the first evaluation by it.</summary>
    public required int? TierProgress { get; init; }

    public required bool IsActive { get; init; }

    /// <summary>What this customer gives to friends; unique in the business.</summary>
    public required string ReferralCode { get; init; }

    /// <summary>The customer who brought this one.</summary>
    public required Guid? ReferredBy { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Net of refunds and voids, in the business's currency.</summary>
    public required decimal TotalSpent { get; init; }

    /// <summary>Sales that stand.</summary>
    public required int VisitCount { get; init; }

    /// <summary>totalSpent / visitCount to the cent; null before the first visit.</summary>
    public required decimal? AvgOrderValue { get; init; }

    public required DateTimeOffset? LastVisit { get; init; }

    /// <summary>Local dates of the business between the last visit and today; null before the first visit.</summary>
    public required int? DaysSinceLastVisit { get; init; }

    /// <summary>Has visited, but not for 90 days or more.</summary>
    public required bool IsAtRisk { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Set on a deleted customer, which only compliance sees.</summary>
    public required DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Points, and what the tier stands on.</summary>
    public required Loyalty Loyalty { get; init; }

    /// <summary>The segments the customer is in; null until there are segments.</summary>
    public IReadOnlyList<object>? Segments { get; init; }

    /// <summary>Null until values are calculated.</summary>
    public object? LifetimeValue { get; init; }

    /// <summary>Null until preferences are kept.</summary>
    public object? CommunicationPreferences { get; init; }
}
