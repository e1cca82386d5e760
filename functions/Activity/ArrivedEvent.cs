namespace NxLoy.Functions.Activity;

/// <summary>One event as it was sent: either something to record, or the reason why it is refused.</summary>
public sealed record ArrivedEvent
{
    /// <summary>1-255 characters; null where there is none that could be kept.</summary>
    public string? Id { get; init; }

    /// <summary>1-255 characters, without the version where that is known; null where there is none that could be kept.</summary>
    public string? Type { get; init; }

    public DateTimeOffset? Time { get; init; }

    /// <summary>Null where it is refused.</summary>
    public ToldEvent? Told { get; init; }

    /// <summary>Null when there is something to record.</summary>
    public EventResult? Refusal { get; init; }
}
