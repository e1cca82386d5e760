using System.Text.Json;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Tiers;

/// <summary>What this slice publishes.</summary>
internal static class TierEvents
{
    /// <summary>The same whether it went up or down.</summary>
    private static readonly EventField[] Fields =
    [
        EventData.Id("customerId", "The customer."),
        EventData.Id("businessId", "Whose customer it is."),
        EventData.Choice<LoyaltyTier>("fromTier", "The tier before."),
        EventData.Choice<LoyaltyTier>("toTier", "The tier now."),
        EventData.Text("cause", "What moved it.") with
        {
            Choices = [.. Enum.GetNames<TierCause>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)],
        },
        EventData.Instant("changedAt", "From when on it counts: a change that time alone caused, from the midnight that caused it."),
    ];

    public static IReadOnlyList<EventDescription> All { get; } =
    [
        new("customers.tier.upgraded", "A customer has reached a higher tier.", EventData.Of(Fields)),
        new("customers.tier.downgraded", "A customer has fallen to a lower tier.", EventData.Of(Fields)),
    ];
}
