using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>What this slice publishes. Payloads say that something changed, and whoever needs more may ask the API.</summary>
internal static class CustomerEvents
{
    public static IReadOnlyList<EventDescription> All { get; } =
    [
        new("customers.customer.created", "A customer was added.", EventData.Of(
            EventData.Id("customerId", "The customer."),
            EventData.Id("businessId", "Whose customer it is."),
            EventData.Instant("createdAt", "When."))),
        new("customers.customer.updated", "A customer's profile or tags have changed, or it was deleted or restored.", EventData.Of(
            EventData.Id("customerId", "The customer."),
            EventData.Id("businessId", "Whose customer it is."),
            EventData.Instant("updatedAt", "When."),
            EventData.Flag("isActive", "Where it was activated or deactivated: what it is now.") with { MayBeAbsent = true },
            EventData.Instant("deletedAt", "Where it was deleted: when. Null where it was restored.") with { MayBeAbsent = true, MayBeNull = true })),
    ];
}
