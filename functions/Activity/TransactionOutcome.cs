namespace NxLoy.Functions.Activity;

/// <summary>What became of one fact.</summary>
public enum TransactionStatus
{
    /// <summary>Recorded, and in the customer's figures.</summary>
    Accepted,

    /// <summary>Recorded before under this id; nothing changed.</summary>
    Duplicate,

    /// <summary>Can never succeed; the code says why.</summary>
    Rejected,

    /// <summary>The business has no such customer; may succeed once it has.</summary>
    Unlinked,

    /// <summary>May succeed later: the sale it is about has not arrived yet.</summary>
    Retry,
}

/// <param name="Code">Why it was rejected (see <see cref="TransactionRules"/>) or is to be tried again; else null.</param>
public sealed record TransactionOutcome(string TransactionId, TransactionStatus Status, string? Code = null);
