using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Where facts wait to be published as CloudEvents: written in the transaction that makes them true, so that there is
/// never one without the other.
/// </summary>
public static class Outbox
{
    /// <param name="type">The event's name in the specification, e.g. <c>customers.customer.created</c>.</param>
    /// <param name="customer">Events of one customer are published in the order they were written.</param>
    /// <param name="data">Ids and facts; no personal data.</param>
    public static Task WriteAsync(this Session session, string type, Guid? customer, object data, DateTimeOffset now) =>
        session.ExecuteAsync(
            """
            insert into outbox (id, business_id, customer_id, type, data, occurred_at)
            values (@id, @business, @customer, @type, @data::jsonb, @now)
            """,
            new { id = Guid.CreateVersion7(now), business = session.Business, customer, type, data = JsonSerializer.Serialize(data, Json.Options), now });

    /// <summary>The same for many, in one statement.</summary>
    public static async Task WriteManyAsync(this Session session, IReadOnlyList<OutboxEvent> events)
    {
        if (events.Count > 0)
        {
            await session.ExecuteAsync(
                """
                insert into outbox (id, business_id, customer_id, type, data, occurred_at)
                select e.id, @business, e.customer_id, e.type, e.data::jsonb, e.occurred_at
                from unnest(@ids::uuid[], @customers::uuid[], @types::text[], @data::text[], @occurredAts::timestamptz[])
                    with ordinality as e (id, customer_id, type, data, occurred_at, position)
                order by e.position
                """,
                new
                {
                    business = session.Business,
                    ids = events.Select(one => Guid.CreateVersion7(one.OccurredAt)).ToArray(),
                    customers = events.Select(one => one.Customer).ToArray(),
                    types = events.Select(one => one.Type).ToArray(),
                    data = events.Select(one => JsonSerializer.Serialize(one.Data, Json.Options)).ToArray(),
                    occurredAts = events.Select(one => one.OccurredAt.UtcDateTime).ToArray(),
                });
        }
    }
}

/// <param name="Type">The event's name in the specification.</param>
/// <param name="Customer">Events of one customer are published in the order they were written.</param>
/// <param name="Data">Ids and facts; no personal data.</param>
public sealed record OutboxEvent(string Type, Guid? Customer, object Data, DateTimeOffset OccurredAt);
