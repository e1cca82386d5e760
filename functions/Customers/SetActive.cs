using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>Activates or deactivates a customer; asking for what already is changes nothing.</summary>
public sealed class SetActive(BusinessDatabase database, GetCustomer get, TimeProvider time)
{
    public Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(Caller caller, Guid id, bool isActive, CancellationToken cancellation) =>
        database.InTransactionAsync(
            caller.Business,
            async session =>
            {
                var business = await WritableBusiness.ReadAsync(session);
                if (business.Failed(out var closed))
                {
                    return closed;
                }

                var now = time.Now();
                var changed = await session.QueryAsync<Guid>(
                    """
                    update customers
                    set is_active = @isActive, version = version + 1, updated_at = @now
                    where business_id = @business and id = @id and deleted_at is null and is_active <> @isActive
                    returning id
                    """,
                    new { business = session.Business, id, isActive, now });
                if (changed.Count > 0)
                {
                    await session.WriteAsync(
                        "customers.customer.updated", id, new { customerId = id, businessId = session.Business, updatedAt = now, isActive }, now);
                }

                return await get.ExecuteAsync(session, id);
            },
            cancellation);
}
