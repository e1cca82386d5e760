namespace NxLoy.Functions.Activity;

/// <summary>A message of the bus as it came; it should hold one CloudEvent.</summary>
public sealed record EventMessage(ReadOnlyMemory<byte> Body)
{
    public string? ContentType { get; init; }

    /// <summary>Application properties: in binary mode they are the event's attributes.</summary>
    public IReadOnlyDictionary<string, object> Properties { get; init; } = new Dictionary<string, object>();

    /// <summary>The sender's name for it.</summary>
    public string? Id { get; init; }

    public string? Subject { get; init; }

    /// <summary>How often it was delivered, this time included.</summary>
    public int DeliveryCount { get; init; } = 1;
}
