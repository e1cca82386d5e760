using Npgsql;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>Takes a soft delete back, unless someone new has the email, phone or external id by now.</summary>
public sealed class RestoreCustomer(BusinessDatabase database, GetCustomer get, TimeProvider time)
{
    public async Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        CustomerFields? deleted = null;
        try
        {
            return await database.InTransactionAsync(
                caller.Business,
                async session =>
                {
                    var business = await WritableBusiness.ReadAsync(session);
                    if (business.Failed(out var closed))
                    {
                        return closed;
                    }

                    var found = await get.ExecuteAsync(session, id, seesDeleted: true);
                    if (found.Failed(out var missing))
                    {
                        return missing;
                    }

                    var profile = found.Value.Value;
                    deleted = new CustomerFields { Email = profile.Email, Phone = profile.Phone, ExternalId = profile.ExternalId };
                    return profile.DeletedAt is null
                        ? CustomerProblems.NotDeleted
                        : await RestoreAsync(session, id, time.Now());
                },
                cancellation);
        }
        catch (PostgresException taken) when (deleted is not null && CustomerConflict.FieldOf(taken) is { } field)
        {
            return await CustomerConflict.ExplainAsync(database, caller.Business, field, deleted, cancellation);
        }
    }

    private async Task<Result<Versioned<CustomerProfile>>> RestoreAsync(Session session, Guid id, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            """
            update customers
            set deleted_at = null, deletion_reason = null, version = version + 1, updated_at = @now
            where business_id = @business and id = @id
            """,
            new { business = session.Business, id, now });
        await session.WriteAsync(
            "customers.customer.updated",
            id,
            new { customerId = id, businessId = session.Business, updatedAt = now, deletedAt = (DateTimeOffset?)null },
            now);
        return await get.ExecuteAsync(session, id);
    }
}
