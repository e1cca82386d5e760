using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>Remembers what became of each event, so that one that is sent again has no second effect.</summary>
internal static class Inbox
{
    /// <summary>Those of the ids, as they are recorded, whose events have had their effect before.</summary>
    public static async Task<IReadOnlySet<string>> FindSettledAsync(Session session, RecordedIds ids) =>
        (await session.QueryAsync<Settled>(
            """
            select event_id as id from inbox
            where business_id = @business and event_id = any(@ids) and outcome in ('accepted', 'duplicate')
            """,
            new { business = session.Business, ids = ids.Candidates })).Select(one => one.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>Notes the outcomes; what is settled stays as it is, and is no dead letter any more.</summary>
    /// <param name="outcomes">Each id once.</param>
    /// <param name="kept">Under which id an event is to be recorded.</param>
    public static async Task WriteAsync(
        Session session, IReadOnlyCollection<(ArrivedEvent Event, EventResult Result)> outcomes, Func<EventResult, string> kept, DateTimeOffset now)
    {
        // By id, so that two requests with the same events wait for each other in one order.
        var rows = outcomes.Select(one => (one.Event, one.Result, Id: kept(one.Result))).OrderBy(one => one.Id, StringComparer.Ordinal).ToArray();
        if (rows.Length == 0)
        {
            return;
        }

        await session.ExecuteAsync(
            """
            with no_longer as (
                delete from dead_letters where business_id = @business and coalesce(event_id, digest) = any(@settled)
            )
            insert into inbox (business_id, event_id, type, event_time, outcome, code, customer_id, first_received_at, received_at)
            select @business, e.id, e.type, e.time, e.outcome, e.code, e.customer, @now, @now
            from unnest(@ids::text[], @types::text[], @times::timestamptz[], @outcomes::text[], @codes::text[], @customers::uuid[])
                with ordinality as e (id, type, time, outcome, code, customer, position)
            order by e.position
            on conflict (business_id, event_id) do update
                set type = excluded.type, event_time = excluded.event_time, outcome = excluded.outcome, code = excluded.code,
                    customer_id = excluded.customer_id, received_at = excluded.received_at
                where inbox.outcome not in ('accepted', 'duplicate')
            """,
            new
            {
                business = session.Business,
                ids = rows.Select(row => row.Id).ToArray(),
                types = rows.Select(row => row.Event.Type).ToArray(),
                times = rows.Select(row => row.Event.Time?.UtcDateTime).ToArray(),
                outcomes = rows.Select(row => row.Result.Status.ToString()).ToArray(),
                codes = rows.Select(row => row.Result.Code).ToArray(),
                customers = rows.Select(row => row.Result.Customer).ToArray(),
                settled = rows.Where(row => row.Result.IsSettled).Select(row => row.Event.Id).ToArray(),
                now,
            });
    }

    private sealed record Settled
    {
        public required string Id { get; init; }
    }
}
