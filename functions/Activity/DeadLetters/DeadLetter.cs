using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>How a dead letter stands, spelled as the API and the database write it.</summary>
public enum DeadLetterState
{
    /// <summary>It is tried again at dueAt.</summary>
    WAITING,

    /// <summary>It is not tried again unless somebody asks for it.</summary>
    DEAD,

    /// <summary>It is over: only what it was and why is kept.</summary>
    SETTLED,
}

/// <summary>An event that came over the bus and has had no effect.</summary>
public sealed record DeadLetter : IAboutCustomers
{
    IEnumerable<Guid>? IAboutCustomers.Customers => CustomerId is { } customer ? [customer] : [];

    public required Guid Id { get; init; }

    public required DeadLetterState State { get; init; }

    /// <summary>Why it has had no effect: a code of events, or one that only messages have.</summary>
    public required string Code { get; init; }

    /// <summary>For people; null once it is settled.</summary>
    public required string? Detail { get; init; }

    /// <summary>The event's own id; where it has none, its message's.</summary>
    public required string? EventId { get; init; }

    public required string? Type { get; init; }

    public required string? Source { get; init; }

    /// <summary>When it was said, as it says itself.</summary>
    public required DateTimeOffset? Time { get; init; }

    /// <summary>The customer of the business that it names by id; null where there is none.</summary>
    public required Guid? CustomerId { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it came first.</summary>
    public required DateTimeOffset ArrivedAt { get; init; }

    /// <summary>When it is tried again; null unless it waits.</summary>
    public required DateTimeOffset? DueAt { get; init; }

    public required DateTimeOffset? DeadAt { get; init; }

    public required DateTimeOffset? SettledAt { get; init; }

    /// <summary>The token's subject of who discarded it; null where its two weeks were over.</summary>
    public required string? SettledBy { get; init; }

    /// <summary>Why it was discarded.</summary>
    public required string? Reason { get; init; }

    /// <summary>The event as it was sent, JSON where it was JSON; null in lists, once it is settled, and where it was too large.</summary>
    public required string? Body { get; init; }

    /// <summary>Of dead_letters l, its body apart. An id that is nobody's here is not shown: it may be somebody's elsewhere.</summary>
    internal const string Columns =
        """
        l.id, l.state, l.code, l.detail, l.event_id as eventid, l.event_type as type, l.event_source as source, l.event_time as time,
        (select c.id from customers c where c.business_id = @business and c.id = l.customer_id) as customerid, l.attempts, l.arrived_at as arrivedat,
        l.due_at as dueat, l.dead_at as deadat, l.settled_at as settledat, l.settled_by as settledby, l.reason
        """;
}
