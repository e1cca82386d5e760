using System.Text.Json;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>One change of a customer's tier.</summary>
public sealed record TierChange
{
    public required Guid Id { get; init; }

    public required LoyaltyTier FromTier { get; init; }

    public required LoyaltyTier ToTier { get; init; }

    /// <summary>threshold, grace_ended, reversal, override, configuration or initial.</summary>
    public required string Cause { get; init; }

    /// <summary>The figures and thresholds that decided; null where none did.</summary>
    public required TierDecision? Measures { get; init; }

    /// <summary>The version of the thresholds at that time, as audits have it.</summary>
    public required long? ConfigurationVersion { get; init; }

    /// <summary>Who made the change; system where the rules did. For customers just staff where somebody did.</summary>
    public required string Actor { get; init; }

    /// <summary>What staff wrote to it; null for customers.</summary>
    public required string? Reason { get; init; }

    /// <summary>What time alone changes is dated at the local midnight that did it.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Whoever of the staff it was, towards customers.</summary>
    internal const string Staff = "staff";

    /// <summary>The rules themselves.</summary>
    internal const string System = "system";

    internal TierChange ForCustomer() => this with { Actor = Actor == System ? System : Staff, Reason = null };
}

internal sealed record TierChangeRow
{
    public required Guid Id { get; init; }
    public required long Sequence { get; init; }
    public required LoyaltyTier FromTier { get; init; }
    public required LoyaltyTier ToTier { get; init; }
    public required string Cause { get; init; }
    public required string? Measures { get; init; }
    public required long? ConfigurationVersion { get; init; }
    public required string Actor { get; init; }
    public required string? Reason { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    public TierChange ToChange() => new()
    {
        Id = Id,
        FromTier = FromTier,
        ToTier = ToTier,
        Cause = Cause,
        Measures = Measures is null ? null : JsonSerializer.Deserialize<TierDecision>(Measures, Json.Options),
        ConfigurationVersion = ConfigurationVersion,
        Actor = Actor,
        Reason = Reason,
        ChangedAt = ChangedAt,
    };
}
