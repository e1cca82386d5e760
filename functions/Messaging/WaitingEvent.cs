namespace NxLoy.Functions.Messaging;

/// <summary>An event in the outbox that the broker has not got yet.</summary>
public sealed record WaitingEvent
{
    public required long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required Guid BusinessId { get; init; }

    public required Guid? CustomerId { get; init; }

    public required string Type { get; init; }

    /// <summary>JSON.</summary>
    public required string Data { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Events of one key are published one after the other.</summary>
    public Guid Key => CustomerId ?? BusinessId;
}
