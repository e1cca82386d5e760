using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>Soft delete: the customer is gone for everyone but compliance, until it is restored or erased.</summary>
public static class DeleteCustomer
{
    /// <summary>
    /// Holds the customer until the transaction ends, and deletes it. In a closed business too: nobody's right to be
    /// forgotten ends with a business.
    /// </summary>
    /// <param name="seesDeleted">Where the caller does, a customer that is deleted already is left as it is.</param>
    public static async Task<Result<Done>> ExecuteAsync(Session session, Guid id, IfMatch ifMatch, Reason reason, bool seesDeleted, DateTimeOffset now)
    {
        var found = await session.FindAsync<StateRow>(
            """
            select version, deleted_at is not null as isdeleted from customers
            where business_id = @business and id = @id and (deleted_at is null or @seesDeleted)
            for update
            """,
            new { business = session.Business, id, seesDeleted });
        if (found is null)
        {
            return HttpProblems.NotFound;
        }

        if (!ifMatch.Accepts(found.Version))
        {
            return HttpProblems.Stale;
        }

        if (found.IsDeleted)
        {
            return new Done();
        }

        await session.ExecuteAsync(
            """
            update customers
            set deleted_at = @now, deletion_reason = @reason, version = version + 1, updated_at = @now
            where business_id = @business and id = @id
            """,
            new { business = session.Business, id, reason = reason.Text, now });

        // Not customers.customer.deleted: that says erased, and consumers would throw away what a restore brings back.
        await session.WriteAsync(
            "customers.customer.updated", id, new { customerId = id, businessId = session.Business, updatedAt = now, deletedAt = now }, now);
        return new Done();
    }

    private sealed record StateRow
    {
        public required long Version { get; init; }
        public required bool IsDeleted { get; init; }
    }
}
