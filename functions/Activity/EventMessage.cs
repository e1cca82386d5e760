namespace NxLoy.Functions.Activity;

/// <summary>A message of the bus as it came; it should hold one CloudEvent.</summary>
public sealed record EventMessage(ReadOnlyMemory<byte> Body)
{
    /// <summary>False where the body is no bytes, but a value of AMQP's own: there is no event in it.</summary>
    public bool IsReadable { get; init; } = true;

    public string? ContentType { get; init; }

    /// <summary>Application properties: in binary mode they are the event's attributes.</summary>
    public IReadOnlyDictionary<string, object> Properties { get; init; } = new Dictionary<string, object>();

    /// <summary>The sender's name for it.</summary>
    public string? Id { get; init; }

    /// <summary>How long ago it was sent, by the clocks of the machines.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Why it lies in the dead-letter queue that it was read from; null elsewhere.</summary>
    public string? DeadLetterReason { get; init; }

    public string? DeadLetterDescription { get; init; }
}
