using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Erasure;

/// <summary>What this slice publishes.</summary>
internal static class ErasureEvents
{
    public static IReadOnlyList<EventDescription> All { get; } =
    [
        new("customers.customer.deleted", "A customer was erased for good: whoever holds anything of it deletes it.", EventData.Of(
            EventData.Id("customerId", "Whom; the id stays as that of an empty row."),
            EventData.Id("businessId", "Whose customer it was."),
            EventData.Id("erasureId", "The erasure, with its certificate."),
            EventData.Instant("erasedAt", "When."))),
    ];
}
