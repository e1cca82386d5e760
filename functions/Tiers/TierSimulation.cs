using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>What an evaluation of everybody right after such a change of thresholds would do.</summary>
public sealed record TierSimulation : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => Items.Select(item => item.CustomerId);

    /// <summary>The business's local day for which it stands.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>How many customers there are now; null on pages after the first, as are the counts below.</summary>
    public required long? Customers { get; init; }

    /// <summary>How many of each tier would then be in which; those who stay among them.</summary>
    public required IReadOnlyList<TierMove>? Moves { get; init; }

    /// <summary>How many would keep a tier that they no longer reach, for as long as the grace protects.</summary>
    public required long? GraceBegins { get; init; }

    /// <summary>Who would change tier, or begin a grace, by pages.</summary>
    public required IReadOnlyList<SimulatedTier> Items { get; init; }

    /// <summary>What to send as <c>cursor</c> for the next page; null on the last.</summary>
    public required string? NextCursor { get; init; }
}

public sealed record TierMove(LoyaltyTier FromTier, LoyaltyTier ToTier, long Customers);

/// <param name="GraceUntil">The first local day that the grace which would begin no longer protects; null where none would.</param>
public sealed record SimulatedTier(Guid CustomerId, LoyaltyTier FromTier, LoyaltyTier ToTier, DateOnly? GraceUntil);

/// <summary>Thresholds to be tried.</summary>
public sealed record SimulatedThresholds(TierThresholds Thresholds, PageRequest Page)
{
    public static Result<SimulatedThresholds> From(Fields fields)
    {
        var thresholds = TierSettings.ReadThresholds(fields);
        var page = PageRequest.Read(fields);
        return fields.Finish(() => new SimulatedThresholds(thresholds(), page));
    }
}
