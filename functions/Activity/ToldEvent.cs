namespace NxLoy.Functions.Activity;

/// <summary>What an event says has happened, read and not yet judged.</summary>
/// <param name="Business">Whose event it is.</param>
public abstract record ToldEvent(Guid Business)
{
    public abstract DateTimeOffset OccurredAt { get; }
}

/// <summary>A transaction whose customer is named in one of four ways.</summary>
/// <param name="Business">Whose transaction it is.</param>
/// <param name="Fact">Its customer is <see cref="Guid.Empty"/> where another name is given.</param>
/// <param name="ExternalId">The business's own number for the customer; null where the id is given.</param>
/// <param name="Email">Null where one of those before is given.</param>
/// <param name="Phone">Null where one of those before is given.</param>
public sealed record ToldTransaction(Guid Business, TransactionFact Fact, string? ExternalId, string? Email, string? Phone) : ToldEvent(Business)
{
    public override DateTimeOffset OccurredAt => Fact.OccurredAt;
}

/// <summary>A customer's points are now so many.</summary>
public sealed record ToldBalance(Guid Business, BalanceFact Fact) : ToldEvent(Business)
{
    public override DateTimeOffset OccurredAt => Fact.OccurredAt;
}

/// <summary>A customer took a reward for points.</summary>
public sealed record ToldRedemption(Guid Business, RedemptionFact Fact) : ToldEvent(Business)
{
    public override DateTimeOffset OccurredAt => Fact.OccurredAt;
}

/// <summary>A message went to a customer.</summary>
public sealed record ToldCommunication(Guid Business, CommunicationFact Fact) : ToldEvent(Business)
{
    public override DateTimeOffset OccurredAt => Fact.OccurredAt;
}

/// <summary>The business itself is now so.</summary>
public sealed record ToldBusiness(Guid Business, BusinessFact Fact) : ToldEvent(Business)
{
    public override DateTimeOffset OccurredAt => Fact.OccurredAt;
}
