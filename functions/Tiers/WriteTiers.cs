using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Tiers;

/// <summary>Writes what the rules made of customers, set-based: their states, the changes of their tiers, and the events.</summary>
internal static class WriteTiers
{
    private static readonly JsonNamingPolicy SnakeCase = JsonNamingPolicy.SnakeCaseLower;

    public static async Task ExecuteAsync(Session session, TierSetting setting, IReadOnlyList<TierResult> states, IReadOnlyList<TierResult> results)
    {
        if (states.Count > 0)
        {
            await WriteStatesAsync(session, setting, states);
        }

        var over = results.Where(result => result.IsOverrideOver).Select(result => result.Case.Id).ToArray();
        if (over.Length > 0)
        {
            await session.ExecuteAsync(
                "delete from tier_overrides where business_id = @business and customer_id = any(@over)", new { business = session.Business, over });
        }

        await WriteChangesAsync(session, [.. results.SelectMany(result => result.Changes)]);
    }

    /// <summary>What customers hold follows by itself: it is the tier of the last change.</summary>
    public static async Task WriteChangesAsync(Session session, TierChanged[] changes)
    {
        if (changes.Length == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            """
            insert into tier_changes (
                id, business_id, customer_id, from_tier, to_tier, cause, measures, configuration_version, actor, reason, changed_at)
            select t.id, @business, t.customer_id, t.from_tier, t.to_tier, t.cause, t.measures::jsonb, t.version, t.actor, t.reason, t.changed_at
            from unnest(@ids::uuid[], @customers::uuid[], @from::text[], @to::text[], @causes::text[], @measures::text[], @versions::bigint[],
                    @actors::text[], @reasons::text[], @changedAts::timestamptz[])
                with ordinality as t (id, customer_id, from_tier, to_tier, cause, measures, version, actor, reason, changed_at, position)
            order by t.position
            """,
            new
            {
                business = session.Business,
                ids = changes.Select(change => Guid.CreateVersion7(change.ChangedAt)).ToArray(),
                customers = changes.Select(change => change.CustomerId).ToArray(),
                from = changes.Select(change => change.From.ToString()).ToArray(),
                to = changes.Select(change => change.To.ToString()).ToArray(),
                causes = changes.Select(change => Name(change.Cause)).ToArray(),
                measures = changes.Select(change => change.Measures is null ? null : JsonSerializer.Serialize(change.Measures, Json.Options)).ToArray(),
                versions = changes.Select(change => change.ConfigurationVersion).ToArray(),
                actors = changes.Select(change => change.Actor).ToArray(),
                reasons = changes.Select(change => change.Reason).ToArray(),
                changedAts = changes.Select(change => change.ChangedAt.UtcDateTime).ToArray(),
            });
        await session.WriteManyAsync([.. changes.Where(change => change.From != change.To).Select(change => new OutboxEvent(
            change.To > change.From ? "customers.tier.upgraded" : "customers.tier.downgraded",
            change.CustomerId,
            new
            {
                customerId = change.CustomerId,
                businessId = session.Business,
                fromTier = change.From,
                toTier = change.To,
                cause = Name(change.Cause),
                changedAt = change.ChangedAt,
            },
            change.ChangedAt))]);
    }

    /// <summary>As it stands in tables, answers and events: <c>grace_ended</c>.</summary>
    public static string Name(TierCause cause) => SnakeCase.ConvertName(cause.ToString());

    private static Task WriteStatesAsync(Session session, TierSetting setting, IReadOnlyList<TierResult> results) => session.ExecuteAsync(
        """
        insert into tier_states (
            customer_id, business_id, ruled, steps, grace_from, grace_until, evaluated_on, configuration_version)
        select t.customer_id, @business, t.ruled, t.steps::jsonb, t.grace_from, t.grace_until, @today, @version
        from unnest(@customers::uuid[], @ruled::text[], @steps::text[], @graceFrom::date[], @graceUntil::date[])
            as t (customer_id, ruled, steps, grace_from, grace_until)
        on conflict (customer_id) do update
        set ruled = excluded.ruled, steps = excluded.steps, grace_from = excluded.grace_from, grace_until = excluded.grace_until,
            evaluated_on = excluded.evaluated_on, configuration_version = excluded.configuration_version
        """,
        new
        {
            business = session.Business,
            today = setting.Today,
            version = setting.Current.Version,
            customers = results.Select(result => result.Case.Id).ToArray(),
            ruled = results.Select(result => result.State.Ruled.ToString()).ToArray(),
            steps = results.Select(result => JsonSerializer.Serialize(result.State.Steps, Json.Options)).ToArray(),
            graceFrom = results.Select(result => result.State.Grace?.From).ToArray(),
            graceUntil = results.Select(result => result.State.Grace?.Until).ToArray(),
        });
}
