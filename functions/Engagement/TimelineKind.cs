namespace NxLoy.Functions.Engagement;

/// <summary>What an entry of a timeline is, spelled as the API writes it; of those of one instant, the first stands first.</summary>
public enum TimelineKind
{
    /// <summary>A note that somebody of the business wrote. Customers do not see these.</summary>
    note,

    /// <summary>The tier changed.</summary>
    tier,

    /// <summary>The points changed.</summary>
    points,

    /// <summary>A reward was taken.</summary>
    redemption,

    /// <summary>A sale, refund or void.</summary>
    transaction,

    /// <summary>A message was sent to the customer.</summary>
    message,

    /// <summary>Consent to a kind of message was given or withdrawn.</summary>
    consent,

    /// <summary>A tag that the customer has was put on.</summary>
    tag,

    /// <summary>The customer came into a segment that it is in.</summary>
    segment,

    /// <summary>The customer was created.</summary>
    created,
}
