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
        session.WriteAsync(type, [(customer, data)], now);

    /// <summary>Several at once, in their order.</summary>
    /// <inheritdoc cref="WriteAsync(Session, string, Guid?, object, DateTimeOffset)"/>
    public static async Task WriteAsync(this Session session, string type, IReadOnlyCollection<(Guid? Customer, object Data)> facts, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            """
            insert into outbox (id, business_id, customer_id, type, data, occurred_at)
            select id, @business, customer, @type, data::jsonb, @now
            from unnest(@ids, @customers, @data) with ordinality as fact (id, customer, data, place)
            order by place
            """,
            new
            {
                ids = facts.Select(_ => Guid.CreateVersion7(now)).ToArray(),
                business = session.Business,
                customers = facts.Select(fact => fact.Customer).ToArray(),
                type,
                data = facts.Select(fact => JsonSerializer.Serialize(fact.Data, Json.Options)).ToArray(),
                now,
            });
        foreach (var (customer, _) in facts)
        {
            session.Announce(customer ?? session.Business);
        }
    }
}
