using NxLoy.Functions.Database;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Records changes of customers' points, all of them in the history and the latest as the present balance, which may lift or
/// lower the tier. The number of statements does not depend on the batch's size.
/// </summary>
public sealed class RecordBalances(TimeProvider time)
{
    // Who changed an erased customer's points may be the customer.
    private const string SomebodyErased = "[erased]";

    /// <summary>To be called in the transaction that holds the customers.</summary>
    /// <returns>An outcome a fact, in the order given.</returns>
    internal async Task<IReadOnlyList<EventOutcome>> ExecuteAsync(
        Session session, IReadOnlyList<BalanceFact> told, LockedCustomers customers, EvaluateTiers tiers)
    {
        if (told.Count == 0)
        {
            return [];
        }

        var now = time.Now();
        BalanceFact[] facts = [.. told.Select(fact => customers.Erased.Contains(fact.CustomerId) ? fact with { ChangedBy = SomebodyErased } : fact)];
        var points = new Dictionary<Guid, long>();
        var judgements = BalanceRules.Judge(facts, await ReadKnownAsync(session, facts, customers, points), now);
        BalanceFact[] recorded = [.. judgements.Where(one => one.Outcome.Status == EventStatus.accepted).Select(one => one.Fact)];
        BalanceFact[] present = [.. judgements.Where(one => one.IsPresent).Select(one => one.Fact)];
        if (recorded.Length > 0)
        {
            await InsertChangesAsync(session, recorded, now);
        }

        if (present.Length > 0)
        {
            await tiers.BeginAsync();
            await UpsertBalancesAsync(session, present, now);

            // Those too that another of the same batch has superseded: in a batch of its own each would have stood.
            foreach (var fact in judgements.Where(one => one.Outcome is { Status: EventStatus.accepted, Code: null }).Select(one => one.Fact))
            {
                var qualifying = fact.QualifyingPoints ?? fact.Balance;
                tiers.Follow(fact.Place, new TierEvent(fact.CustomerId) { Points = qualifying - points.GetValueOrDefault(fact.CustomerId) });
                points[fact.CustomerId] = qualifying;
            }
        }

        return [.. judgements.Select(judgement => judgement.Outcome)];
    }

    private static async Task<BalanceRules.Known> ReadKnownAsync(
        Session session, BalanceFact[] facts, LockedCustomers customers, Dictionary<Guid, long> points)
    {
        var ids = facts.Select(fact => fact.CustomerId).ToArray();
        var latest = await session.QueryAsync<LatestRow>(
            """
            select customer_id as customerid, occurred_at as occurredat, coalesce(qualifying_points, balance) as points
            from loyalty_balances
            where business_id = @business and customer_id = any(@ids)
            """,
            new { business = session.Business, ids });
        foreach (var row in latest)
        {
            points[row.CustomerId] = row.Points;
        }

        var changes = await session.QueryAsync<ChangeRow>(
            """
            select c.customer_id as customerid, c.occurred_at as occurredat, c.balance, c.qualifying_points as qualifyingpoints
            from unnest(@ids::uuid[], @occurredAts::timestamptz[]) as t (customer_id, occurred_at)
            join loyalty_balance_changes c on c.business_id = @business and c.customer_id = t.customer_id and c.occurred_at = t.occurred_at
            """,
            new { business = session.Business, ids, occurredAts = facts.Select(fact => fact.OccurredAt.UtcDateTime).ToArray() });
        return new BalanceRules.Known(
            customers.All, latest.ToDictionary(row => row.CustomerId, row => row.OccurredAt),
            changes.Select(row => (row.CustomerId, row.OccurredAt, row.Balance, row.QualifyingPoints)).ToHashSet());
    }

    private static Task InsertChangesAsync(Session session, BalanceFact[] facts, DateTimeOffset now) => session.ExecuteAsync(
        """
        insert into loyalty_balance_changes (id, business_id, customer_id, balance, qualifying_points, changed_by, occurred_at, created_at)
        select b.id, @business, b.customer_id, b.balance, b.qualifying_points, b.changed_by, b.occurred_at, @now
        from unnest(@ids::uuid[], @customers::uuid[], @balances::bigint[], @qualifying::bigint[], @changedBy::text[], @occurredAts::timestamptz[])
            as b (id, customer_id, balance, qualifying_points, changed_by, occurred_at)
        """,
        Columns(session, facts, now));

    private static Task UpsertBalancesAsync(Session session, BalanceFact[] facts, DateTimeOffset now) => session.ExecuteAsync(
        """
        insert into loyalty_balances (customer_id, business_id, balance, qualifying_points, changed_by, occurred_at, updated_at)
        select b.customer_id, @business, b.balance, b.qualifying_points, b.changed_by, b.occurred_at, @now
        from unnest(@customers::uuid[], @balances::bigint[], @qualifying::bigint[], @changedBy::text[], @occurredAts::timestamptz[])
            as b (customer_id, balance, qualifying_points, changed_by, occurred_at)
        on conflict (customer_id) do update
            set balance = excluded.balance, qualifying_points = excluded.qualifying_points, changed_by = excluded.changed_by,
                occurred_at = excluded.occurred_at, updated_at = excluded.updated_at
        """,
        Columns(session, facts, now));

    private static object Columns(Session session, BalanceFact[] facts, DateTimeOffset now) => new
    {
        business = session.Business,
        ids = facts.Select(_ => Guid.CreateVersion7(now)).ToArray(),
        customers = facts.Select(fact => fact.CustomerId).ToArray(),
        balances = facts.Select(fact => fact.Balance).ToArray(),
        qualifying = facts.Select(fact => fact.QualifyingPoints).ToArray(),
        changedBy = facts.Select(fact => fact.ChangedBy).ToArray(),
        occurredAts = facts.Select(fact => fact.OccurredAt.UtcDateTime).ToArray(),
        now,
    };

    private sealed record LatestRow
    {
        public required Guid CustomerId { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
        public required long Points { get; init; }
    }

    private sealed record ChangeRow
    {
        public required Guid CustomerId { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
        public required long Balance { get; init; }
        public required long? QualifyingPoints { get; init; }
    }
}
