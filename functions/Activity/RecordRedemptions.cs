using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>Records rewards that customers took, each once by its id. The number of statements does not depend on the batch's size.</summary>
public sealed class RecordRedemptions(ErasedIds erased, TimeProvider time)
{
    // A reward may be named after whom it was for ("Ann's birthday cake"): of an erased customer only the figures are kept.
    private const string RewardErased = "[erased]";

    /// <summary>To be called in the transaction that holds the customers.</summary>
    /// <returns>An outcome a fact, in the order given; changed_meanwhile where another batch was quicker.</returns>
    internal async Task<Result<IReadOnlyList<EventOutcome>>> ExecuteAsync(Session session, IReadOnlyList<RedemptionFact> told, LockedCustomers customers)
    {
        if (told.Count == 0)
        {
            return Array.Empty<EventOutcome>();
        }

        var ids = RecordedIds.Of(erased, session.Business, told.Select(fact => fact.RedemptionId));
        var recorded = (await session.QueryAsync<IdRow>(
            "select id from redemptions where business_id = @business and id = any(@ids)",
            new { business = session.Business, ids = ids.Candidates })).Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        RedemptionFact[] facts = [.. told.Select(fact => customers.Erased.Contains(fact.CustomerId)
            ? fact with { RedemptionId = ids.Kept(fact.RedemptionId, recorded, isErased: true), Reward = RewardErased }
            : fact with { RedemptionId = ids.Kept(fact.RedemptionId, recorded, isErased: false) })];
        var outcomes = OnceRules.Judge(
            facts.Select(fact => new OnceRules.Told(fact.RedemptionId, fact.CustomerId, fact.OccurredAt)), customers.All, recorded, time.Now());
        RedemptionFact[] accepted = [.. facts.Zip(outcomes).Where(one => one.Second.Status == EventStatus.accepted).Select(one => one.First)];
        return accepted.Length > 0 && await InsertAsync(session, accepted) < accepted.Length ? ActivityProblems.TakenMeanwhile : outcomes.ToArray();
    }

    private static async Task<int> InsertAsync(Session session, RedemptionFact[] facts)
    {
        // By id, so that two batches that hold the same ids wait for each other in one order.
        var ordered = facts.OrderBy(fact => fact.RedemptionId, StringComparer.Ordinal).ToArray();
        return (await session.QueryAsync<int>(
            """
            insert into redemptions (business_id, id, customer_id, reward, points, occurred_at)
            select @business, r.id, r.customer_id, r.reward, r.points, r.occurred_at
            from unnest(@ids::text[], @customers::uuid[], @rewards::text[], @points::bigint[], @occurredAts::timestamptz[])
                with ordinality as r (id, customer_id, reward, points, occurred_at, position)
            order by r.position
            on conflict (business_id, id) do nothing
            returning 1
            """,
            new
            {
                business = session.Business,
                ids = ordered.Select(fact => fact.RedemptionId).ToArray(),
                customers = ordered.Select(fact => fact.CustomerId).ToArray(),
                rewards = ordered.Select(fact => fact.Reward).ToArray(),
                points = ordered.Select(fact => fact.Points).ToArray(),
                occurredAts = ordered.Select(fact => fact.OccurredAt.UtcDateTime).ToArray(),
            })).Count;
    }

    private sealed record IdRow
    {
        public required string Id { get; init; }
    }
}
