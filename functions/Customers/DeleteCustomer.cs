using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>Soft delete: the customer is gone for everyone but compliance, until it is restored or erased.</summary>
public sealed class DeleteCustomer(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<Done>> ExecuteAsync(Caller caller, Guid id, IfMatch ifMatch, Reason reason, CancellationToken cancellation) =>
        !caller.Sees(id) ? Task.FromResult<Result<Done>>(HttpProblems.NotFound)
        : database.InTransactionAsync(caller, session => DeleteAsync(session, id, ifMatch, reason, time.Now()), cancellation);

    private static async Task<Result<Done>> DeleteAsync(Session session, Guid id, IfMatch ifMatch, Reason reason, DateTimeOffset now)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var versions = await session.QueryAsync<long>(
            "select version from customers where business_id = @business and id = @id and deleted_at is null for update",
            new { business = session.Business, id });
        if (versions is not [var version])
        {
            return HttpProblems.NotFound;
        }

        if (!ifMatch.Accepts(version))
        {
            return HttpProblems.Stale;
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
}
