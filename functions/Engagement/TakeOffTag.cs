using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Engagement;

/// <summary>Takes a tag off a customer, however it was spelled; taking off one that is not there changes nothing.</summary>
public sealed class TakeOffTag(BusinessDatabase database, TimeProvider time)
{
    public async Task<Result<Done>> ExecuteAsync(Caller caller, Guid customer, string text, CancellationToken cancellation)
    {
        var tag = TagRules.Read(text);
        return tag.Failed(out var invalid) ? invalid
            : await database.InTransactionAsync(caller.Business, session => TakeOffAsync(session, customer, tag.Value, time.Now()), cancellation);
    }

    private static async Task<Result<Done>> TakeOffAsync(Session session, Guid customer, string tag, DateTimeOffset now)
    {
        var held = await CustomerLock.TakeAsync(session, customer);
        if (held.Failed(out var refused))
        {
            return refused;
        }

        var removed = await session.QueryAsync<Guid>(
            """
            delete from customer_tags
            where business_id = @business and customer_id = @customer and tag_key = tag_key(@tag)
            returning customer_id
            """,
            new { business = session.Business, customer, tag });
        if (removed.Count > 0)
        {
            await session.WriteAsync(
                "customers.customer.updated", customer, new { customerId = customer, businessId = session.Business, updatedAt = now }, now);
        }

        return new Done();
    }
}
