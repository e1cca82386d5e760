using Npgsql;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Customers;

/// <summary>Takes a soft delete back, unless someone new has the email, phone or external id by now.</summary>
public sealed class RestoreCustomer(BusinessDatabase database, GetCustomer get, TimeProvider time)
{
    public Task<Result<Versioned<CustomerProfile>>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        WithinAsync<Versioned<CustomerProfile>>(
            caller,
            async (session, restore) =>
            {
                var business = await WritableBusiness.ReadAsync(session);
                if (business.Failed(out var closed))
                {
                    return closed;
                }

                if ((await RefusalAsync(session, id)).Failed(out var refused))
                {
                    return refused;
                }

                await restore(id);
                return await get.ExecuteAsync(session, id);
            },
            cancellation);

    /// <summary>
    /// Runs a change that restores a customer among other things, in one transaction. Where that customer's email, phone or
    /// external id are someone else's now, all of it is undone and the answer says whose.
    /// </summary>
    /// <param name="work">Is handed the restoring: to be called with a deleted customer that is not erased.</param>
    public async Task<Result<T>> WithinAsync<T>(Caller caller, Func<Session, Func<Guid, Task>, Task<Result<T>>> work, CancellationToken cancellation)
    {
        CustomerFields? deleted = null;
        try
        {
            return await database.InTransactionAsync(
                caller,
                session => work(session, async id =>
                {
                    var profile = (await get.ExecuteAsync(session, id, seesDeleted: true)).Value.Value;
                    deleted = new CustomerFields { Email = profile.Email, Phone = profile.Phone, ExternalId = profile.ExternalId };
                    await RestoreAsync(session, id, time.Now());
                }),
                cancellation);
        }
        catch (PostgresException taken) when (deleted is not null && CustomerConflict.FieldOf(taken) is { } field)
        {
            return await CustomerConflict.ExplainAsync(database, caller.Business, field, deleted, cancellation);
        }
    }

    private static async Task<Result<Done>> RefusalAsync(Session session, Guid id) =>
        await session.FindAsync<StateRow>(
            """
            select c.deleted_at is not null as isdeleted, c.erased_at is not null as iserased,
                (select e.id from erasure_requests e where e.customer_id = c.id and e.status in ('PENDING', 'APPROVED', 'PROCESSING')) as erasureid
            from customers c
            where c.business_id = @business and c.id = @id
            for update of c
            """,
            new { business = session.Business, id }) switch
        {
            null => HttpProblems.NotFound,
            { IsErased: true } => CustomerProblems.Erased,
            { ErasureId: { } erasure } => CustomerProblems.ErasureOpen(erasure),
            { IsDeleted: false } => CustomerProblems.NotDeleted,
            _ => new Done(),
        };

    private static async Task RestoreAsync(Session session, Guid id, DateTimeOffset now)
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
    }

    private sealed record StateRow
    {
        public required bool IsDeleted { get; init; }
        public required bool IsErased { get; init; }
        public required Guid? ErasureId { get; init; }
    }
}
