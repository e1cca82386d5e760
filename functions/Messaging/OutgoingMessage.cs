namespace NxLoy.Functions.Messaging;

/// <summary>A message for a queue or topic.</summary>
/// <param name="Id">By this the broker knows a message that is sent again.</param>
/// <param name="Subject">What it is about: an event's type.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">Passed on as it is.</param>
public sealed record OutgoingMessage(string Id, string Subject, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>
    /// Messages of one group belong in their order: what Service Bus calls a session. Null where none is kept.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Application properties, for a subscription's filters.</summary>
    public IReadOnlyDictionary<string, object> Properties { get; init; } = new Dictionary<string, object>();
}
