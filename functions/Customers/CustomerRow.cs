using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Customers;

/// <summary>The columns behind a <see cref="CustomerProfile"/>.</summary>
internal sealed record CustomerRow
{
    public required Guid Id { get; init; }
    public required string? ExternalId { get; init; }
    public required string Email { get; init; }
    public required string? Phone { get; init; }
    public required string? FirstName { get; init; }
    public required string? LastName { get; init; }
    public required DateOnly? DateOfBirth { get; init; }
    public required string PreferredLanguage { get; init; }
    public required string? TelegramChatId { get; init; }
    public required LoyaltyTier LoyaltyTier { get; init; }
    public required DateTimeOffset TierUpdatedAt { get; init; }
    public required bool IsActive { get; init; }
    public required string ReferralCode { get; init; }
    public required Guid? ReferredBy { get; init; }
    public required string[] Tags { get; init; }
    public required decimal TotalSpent { get; init; }
    public required int VisitCount { get; init; }
    public required DateTimeOffset? LastVisitAt { get; init; }
    public required DateOnly? LastVisitOn { get; init; }
    public required long Version { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required DateTimeOffset? DeletedAt { get; init; }
    public required string TimeZone { get; init; }
    public required string Loyalty { get; init; }

    /// <param name="now">Business time.</param>
    /// <param name="read">What the column <see cref="Loyalty"/> means.</param>
    public CustomerProfile ToProfile(DateTimeOffset now, (int? Progress, Loyalty Loyalty) read)
    {
        var days = LastVisitOn is { } last ? BusinessCalendar.Today(now, TimeZone).DayNumber - last.DayNumber : (int?)null;
        return new CustomerProfile
        {
            Id = Id,
            ExternalId = ExternalId,
            Email = Email,
            Phone = Phone,
            FirstName = FirstName,
            LastName = LastName,
            FullName = $"{FirstName} {LastName}".Trim() is { Length: > 0 } name ? name : null,
            DateOfBirth = DateOfBirth,
            PreferredLanguage = PreferredLanguage,
            TelegramChatId = TelegramChatId,
            LoyaltyTier = LoyaltyTier,
            TierUpdatedAt = TierUpdatedAt,
            TierProgress = read.Progress,
            IsActive = IsActive,
            ReferralCode = ReferralCode,
            ReferredBy = ReferredBy,
            Tags = Tags,
            TotalSpent = TotalSpent,
            VisitCount = VisitCount,
            AvgOrderValue = VisitCount == 0 ? null : Math.Round(TotalSpent / VisitCount, 2, MidpointRounding.AwayFromZero),
            LastVisit = LastVisitAt,
            DaysSinceLastVisit = days,
            IsAtRisk = days >= 90,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
            DeletedAt = DeletedAt,
            Loyalty = read.Loyalty,
        };
    }
}
