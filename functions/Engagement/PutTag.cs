using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Engagement;

/// <summary>Puts a tag on a customer. Putting it again changes nothing but, where it differs, the spelling.</summary>
public sealed class PutTag(BusinessDatabase database, TimeProvider time)
{
    public async Task<Result<Done>> ExecuteAsync(Caller caller, Guid customer, string text, CancellationToken cancellation)
    {
        var tag = TagRules.Read(text);
        return tag.Failed(out var invalid) ? invalid
            : await database.InTransactionAsync(caller.Business, session => PutAsync(session, caller, customer, tag.Value), cancellation);
    }

    private async Task<Result<Done>> PutAsync(Session session, Caller caller, Guid customer, string tag)
    {
        // Under the customer's lock nobody else adds a tag between the count and the insert.
        var held = await CustomerLock.TakeAsync(session, customer);
        if (held.Failed(out var refused))
        {
            return refused;
        }

        var tags = (await session.FindAsync<Tags>(
            """
            select count(*)::int as count, max(tag) filter (where tag_key = tag_key(@tag)) as spelled
            from customer_tags
            where business_id = @business and customer_id = @customer
            """,
            new { business = session.Business, customer, tag }))!;
        if (tags.Spelled is null && tags.Count >= TagRules.PerCustomer)
        {
            return EngagementProblems.TooManyTags;
        }

        if (tags.Spelled != tag)
        {
            await WriteAsync(session, caller, customer, tag, time.Now());
        }

        return new Done();
    }

    private static async Task WriteAsync(Session session, Caller caller, Guid customer, string tag, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            """
            insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
            values (@business, @customer, @tag, @actor, @now)
            on conflict (customer_id, tag_key) do update set tag = excluded.tag
            """,
            new { business = session.Business, customer, tag, actor = caller.Subject, now });
        await session.WriteAsync(
            "customers.customer.updated", customer, new { customerId = customer, businessId = session.Business, updatedAt = now }, now);
    }

    private sealed record Tags
    {
        public required int Count { get; init; }

        /// <summary>The tag as it is written now; null when the customer has not got it.</summary>
        public required string? Spelled { get; init; }
    }
}
