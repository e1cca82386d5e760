namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

internal enum SettlementKind
{
    /// <summary>Done with: the message goes away.</summary>
    Complete,

    /// <summary>Not tried: it comes back as it was.</summary>
    Release,

    /// <summary>Tried in vain, or its lock ran out: it comes back with one delivery more, or is dead-lettered when that were too many.</summary>
    Abandon,

    /// <summary>It goes to the dead-letter queue.</summary>
    DeadLetter,
}

/// <summary>What becomes of a locked message.</summary>
internal sealed record Settlement(LockedMessage Message, SettlementKind Kind)
{
    public string? Reason { get; init; }
    public string? Description { get; init; }

    /// <summary>Told whether the message was still locked by this token.</summary>
    public Action<bool> Done { get; init; } = _ => { };
}
