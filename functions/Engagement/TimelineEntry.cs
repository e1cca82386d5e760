using System.Text.Json.Serialization;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Something that happened between a customer and the business: one of the parts is there, the one its kind names.</summary>
public sealed record TimelineEntry : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => [CustomerId];

    /// <summary>Unique among the customer's entries of its kind: the transaction's id, the message's, the note's...</summary>
    public required string Id { get; init; }

    public required Guid CustomerId { get; init; }

    public required TimelineKind Kind { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineTransaction? Transaction { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelinePoints? Points { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineRedemption? Redemption { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineMessage? Message { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineTier? Tier { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineConsent? Consent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineNote? Note { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineTag? Tag { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimelineSegment? Segment { get; init; }
}

/// <summary>What happened at the till.</summary>
/// <param name="Type">SALE, REFUND or VOID.</param>
/// <param name="Amount">0 or more: of a refund what it gave back.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="ItemCount">Lines on the receipt.</param>
/// <param name="OriginalTransactionId">The sale that a refund or void is about.</param>
/// <param name="RefundedAmount">Of a sale, what refunds have taken from it since.</param>
/// <param name="IsVoided">Of a sale, whether it was taken back as a whole since.</param>
public sealed record TimelineTransaction(
    string Type, decimal Amount, string Currency, int ItemCount, string? OriginalTransactionId, decimal RefundedAmount, bool IsVoided);

/// <summary>What the points came to.</summary>
/// <param name="Balance">Points that can be spent.</param>
/// <param name="QualifyingPoints">Points that count towards tiers; null where the balance counts.</param>
/// <param name="Change">Since the balance before; null on the first.</param>
public sealed record TimelinePoints(long Balance, long? QualifyingPoints, long? Change);

/// <summary>A reward taken for points.</summary>
public sealed record TimelineRedemption(string Reward, long Points);

/// <summary>A message sent, without its text.</summary>
/// <param name="Channel">EMAIL, SMS or PUSH.</param>
/// <param name="Purpose">What it was for.</param>
/// <param name="CampaignId">The campaign it belonged to.</param>
/// <param name="Subject">Null after an erasure.</param>
public sealed record TimelineMessage(string Channel, string Purpose, string? CampaignId, string? Subject);

/// <summary>A change of the tier.</summary>
/// <param name="FromTier">The tier before.</param>
/// <param name="ToTier">The tier after.</param>
/// <param name="Cause">threshold, grace_ended, reversal, override, configuration or initial.</param>
/// <param name="Reason">What staff wrote to it; null for customers.</param>
public sealed record TimelineTier(LoyaltyTier FromTier, LoyaltyTier ToTier, string Cause, string? Reason);

/// <summary>A consent given or withdrawn.</summary>
/// <param name="Flag">Which, e.g. emailMarketing.</param>
/// <param name="Granted">False: withdrawn.</param>
/// <param name="Source">Where it was given; default where nobody has decided.</param>
public sealed record TimelineConsent(string Flag, bool Granted, string Source);

/// <summary>A note.</summary>
/// <param name="Body">What was written.</param>
/// <param name="Author">The subject of the token that wrote it.</param>
/// <param name="IsPinned">Whether it stands before others in the list of notes.</param>
public sealed record TimelineNote(string Body, string Author, bool IsPinned);

/// <summary>A tag that the customer has.</summary>
/// <param name="Name">As it is spelled.</param>
public sealed record TimelineTag(string Name);

/// <summary>A segment that the customer is in.</summary>
public sealed record TimelineSegment(Guid Id, string Name);
