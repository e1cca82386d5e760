namespace NxLoy.Functions.Activity;

/// <summary>Whom an event says it is about; each null where it does not say.</summary>
/// <param name="Email">In lower case.</param>
/// <param name="Phone">As it was sent.</param>
public sealed record MentionedCustomer(Guid? Id, string? ExternalId, string? Email, string? Phone)
{
    /// <param name="event">In the JSON format of CloudEvents; or anything else, which mentions nobody.</param>
    internal static MentionedCustomer In(EventFields @event)
    {
        var data = @event.Object("data");
        return new MentionedCustomer(
            data?.Id("customerId", isNeeded: false), data?.Text("customerExternalId", isNeeded: false)?.Trim(),
            data?.Text("email", isNeeded: false)?.Trim().ToLowerInvariant(), data?.Text("phone", isNeeded: false));
    }
}
