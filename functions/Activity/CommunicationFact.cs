namespace NxLoy.Functions.Activity;

/// <summary>How a message went.</summary>
public enum CommunicationChannel
{
    EMAIL,
    SMS,
    PUSH,
}

/// <summary>What a message was for.</summary>
public enum CommunicationPurpose
{
    PROMOTION,
    NEWSLETTER,
    SURVEY,
    LOYALTY,
    RECEIPT,
    SERVICE,
}

/// <summary>A message sent to a customer, as the communications module tells it.</summary>
public sealed record CommunicationFact
{
    public const int SubjectLength = 1000;
    public const int BodyLength = 100_000;

    /// <summary>Unique in the business, 1-255 characters.</summary>
    public required string MessageId { get; init; }

    public required Guid CustomerId { get; init; }

    public required CommunicationChannel Channel { get; init; }

    public required CommunicationPurpose Purpose { get; init; }

    /// <summary>1-255 characters.</summary>
    public required string? CampaignId { get; init; }

    public required Guid? SegmentId { get; init; }

    /// <summary>1-1,000 characters; of a message without one, its first words.</summary>
    public required string Subject { get; init; }

    /// <summary>1-100,000 characters.</summary>
    public required string? Body { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }
}
