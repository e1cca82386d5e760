using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Records messages sent to customers, each once by its id. Those to erased customers are acknowledged and dropped. The
/// number of statements does not depend on the batch's size.
/// </summary>
public sealed class RecordCommunications(ErasedIds erased, TimeProvider time)
{
    /// <summary>To be called in the transaction that holds the customers.</summary>
    /// <returns>An outcome a fact, in the order given; changed_meanwhile where another batch was quicker.</returns>
    internal async Task<Result<IReadOnlyList<EventOutcome>>> ExecuteAsync(Session session, IReadOnlyList<CommunicationFact> told, LockedCustomers customers)
    {
        if (told.Count == 0)
        {
            return Array.Empty<EventOutcome>();
        }

        var ids = RecordedIds.Of(erased, session.Business, told.Select(fact => fact.MessageId));
        var recorded = (await session.QueryAsync<IdRow>(
            "select id from communications where business_id = @business and id = any(@ids)",
            new { business = session.Business, ids = ids.Candidates })).Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        CommunicationFact[] facts = [.. told.Select(fact =>
            fact with { MessageId = ids.Kept(fact.MessageId, recorded, customers.Erased.Contains(fact.CustomerId)) })];
        var outcomes = OnceRules.Judge(
            facts.Select(fact => new OnceRules.Told(fact.MessageId, fact.CustomerId, fact.OccurredAt)), customers.All, recorded, time.Now());
        CommunicationFact[] kept = [.. facts.Zip(outcomes)
            .Where(one => one.Second.Status == EventStatus.accepted && !customers.Erased.Contains(one.First.CustomerId))
            .Select(one => one.First)];
        return kept.Length > 0 && await InsertAsync(session, kept) < kept.Length ? ActivityProblems.TakenMeanwhile : outcomes.ToArray();
    }

    private static async Task<int> InsertAsync(Session session, CommunicationFact[] facts)
    {
        // By id, so that two batches that hold the same ids wait for each other in one order.
        var ordered = facts.OrderBy(fact => fact.MessageId, StringComparer.Ordinal).ToArray();
        return (await session.QueryAsync<int>(
            """
            insert into communications (business_id, id, customer_id, channel, purpose, campaign_id, segment_id, subject, body, occurred_at)
            select @business, m.id, m.customer_id, m.channel, m.purpose, m.campaign_id, m.segment_id, m.subject, m.body, m.occurred_at
            from unnest(@ids::text[], @customers::uuid[], @channels::text[], @purposes::text[], @campaigns::text[], @segments::uuid[],
                    @subjects::text[], @bodies::text[], @occurredAts::timestamptz[])
                with ordinality as m (id, customer_id, channel, purpose, campaign_id, segment_id, subject, body, occurred_at, position)
            order by m.position
            on conflict (business_id, id) do nothing
            returning 1
            """,
            new
            {
                business = session.Business,
                ids = ordered.Select(fact => fact.MessageId).ToArray(),
                customers = ordered.Select(fact => fact.CustomerId).ToArray(),
                channels = ordered.Select(fact => fact.Channel.ToString()).ToArray(),
                purposes = ordered.Select(fact => fact.Purpose.ToString()).ToArray(),
                campaigns = ordered.Select(fact => fact.CampaignId).ToArray(),
                segments = ordered.Select(fact => fact.SegmentId).ToArray(),
                subjects = ordered.Select(fact => fact.Subject).ToArray(),
                bodies = ordered.Select(fact => fact.Body).ToArray(),
                occurredAts = ordered.Select(fact => fact.OccurredAt.UtcDateTime).ToArray(),
            })).Count;
    }

    private sealed record IdRow
    {
        public required string Id { get; init; }
    }
}
