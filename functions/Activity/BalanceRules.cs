namespace NxLoy.Functions.Activity;

/// <summary>Which balances are recorded, and which of them is the present one. Pure.</summary>
public static class BalanceRules
{
    /// <summary>What is recorded of the customers that a batch names.</summary>
    /// <param name="Customers">Those of them that exist, deleted ones included.</param>
    /// <param name="Latest">When the present balance of each that has one came about.</param>
    /// <param name="Changes">The recorded changes of the same instants as the batch's.</param>
    public sealed record Known(
        IReadOnlySet<Guid> Customers, IReadOnlyDictionary<Guid, DateTimeOffset> Latest,
        IReadOnlySet<(Guid Customer, DateTimeOffset At, long Balance, long? Qualifying)> Changes);

    /// <param name="IsPresent">It is its customer's balance from now on.</param>
    public sealed record Judgement(BalanceFact Fact, EventOutcome Outcome, bool IsPresent);

    /// <summary>
    /// What becomes of each fact, in the order given. Every change is recorded; the latest is the present one, and of two
    /// at the same instant the one that came last, since some systems tell time in seconds.
    /// </summary>
    public static IReadOnlyList<Judgement> Judge(IReadOnlyList<BalanceFact> facts, Known known, DateTimeOffset now)
    {
        var latest = new Dictionary<Guid, DateTimeOffset>(known.Latest);
        var changes = new HashSet<(Guid, DateTimeOffset, long, long?)>(known.Changes);
        var outcomes = facts.Select(fact => Judge(fact, known.Customers, latest, changes, now)).ToArray();
        var present = Enumerable.Range(0, facts.Count)
            .Where(at => outcomes[at] is { Status: EventStatus.accepted, Code: null } && facts[at].OccurredAt == latest[facts[at].CustomerId])
            .GroupBy(at => facts[at].CustomerId, (_, same) => same.Last()).ToHashSet();
        return [.. facts.Select((fact, at) => new Judgement(fact, outcomes[at], present.Contains(at)))];
    }

    private static EventOutcome Judge(
        BalanceFact fact, IReadOnlySet<Guid> customers, Dictionary<Guid, DateTimeOffset> latest, HashSet<(Guid, DateTimeOffset, long, long?)> changes,
        DateTimeOffset now)
    {
        if (EventRules.TimeFaultOf(fact.OccurredAt, now) is { } fault)
        {
            return new EventOutcome(EventStatus.rejected, fault);
        }

        if (!customers.Contains(fact.CustomerId))
        {
            return new EventOutcome(EventStatus.unlinked);
        }

        if (!changes.Add((fact.CustomerId, fact.OccurredAt, fact.Balance, fact.QualifyingPoints)))
        {
            return new EventOutcome(EventStatus.duplicate);
        }

        if (latest.TryGetValue(fact.CustomerId, out var last) && fact.OccurredAt < last)
        {
            return new EventOutcome(EventStatus.accepted, "superseded");
        }

        latest[fact.CustomerId] = fact.OccurredAt;
        return new EventOutcome(EventStatus.accepted);
    }
}
