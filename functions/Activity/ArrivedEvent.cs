namespace NxLoy.Functions.Activity;

/// <summary>One event as it was sent: either something to record, or the reason why it is refused.</summary>
public sealed record ArrivedEvent
{
    /// <summary>1-255 characters; null where there is none that could be kept.</summary>
    public string? Id { get; init; }

    /// <summary>1-255 characters; null where there is none that could be kept.</summary>
    public string? Type { get; init; }

    public DateTimeOffset? Time { get; init; }

    public ToldTransaction? Transaction { get; init; }

    /// <summary>Null when there is something to record.</summary>
    public EventResult? Refusal { get; init; }
}

/// <summary>A transaction whose customer is named in one of four ways.</summary>
/// <param name="Business">Whose transaction it is.</param>
/// <param name="Fact">Its customer is <see cref="Guid.Empty"/> where another name is given.</param>
/// <param name="ExternalId">The business's own number for the customer; null where the id is given.</param>
/// <param name="Email">Null where one of those before is given.</param>
/// <param name="Phone">Null where one of those before is given.</param>
public sealed record ToldTransaction(Guid Business, TransactionFact Fact, string? ExternalId, string? Email, string? Phone);
