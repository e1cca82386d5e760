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
}
