namespace NxLoy.Functions.Activity;

/// <summary>An event that has had no effect, read as far as it can be, to be kept among the dead letters.</summary>
public sealed record ParkedEvent
{
    /// <summary>Whose it says it is; null where it does not say.</summary>
    public required Guid? Business { get; init; }

    /// <summary>The event's id, or where none can be read, its message's; null where there is neither.</summary>
    public required string? EventId { get; init; }

    public required string? Type { get; init; }

    public required string? Source { get; init; }

    public required DateTimeOffset? Time { get; init; }

    /// <summary>The event as JSON, or whatever stood in its place as text; null where that is too large.</summary>
    public required string? Body { get; init; }

    /// <summary>Of the message; tells those apart that have no id.</summary>
    public required string Digest { get; init; }

    public required MentionedCustomer Customer { get; init; }

    /// <summary>How long ago it was sent.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>Never or Later.</summary>
    public required MessageVerdict Verdict { get; init; }

    /// <summary>How often it was tried. What was not tried at all is due at once.</summary>
    public int Attempts { get; init; } = 1;
}
