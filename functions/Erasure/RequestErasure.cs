using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Deletes a customer at once for everyone but compliance, and asks for its erasure.</summary>
public sealed class RequestErasure(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<ErasureRequest>> ExecuteAsync(Caller caller, Guid customer, IfMatch ifMatch, Reason reason, CancellationToken cancellation) =>
        !caller.Sees(customer) ? Task.FromResult<Result<ErasureRequest>>(HttpProblems.NotFound)
        : database.InTransactionAsync(caller, session => RequestAsync(session, caller, customer, ifMatch, reason, time.Now()), cancellation);

    private static async Task<Result<ErasureRequest>> RequestAsync(
        Session session, Caller caller, Guid customer, IfMatch ifMatch, Reason reason, DateTimeOffset now)
    {
        // Who is deleted already may still wish to be: what the customer asks for, nobody at the business takes back.
        var isOwn = caller.Roles == Role.Customer;
        var deleted = await DeleteCustomer.ExecuteAsync(session, customer, ifMatch, reason, caller.SeesDeleted || isOwn, now);
        if (deleted.Failed(out var refused))
        {
            return refused;
        }

        var state = await session.FindAsync<StateRow>(
            """
            select c.erased_at is not null as iserased, b.time_zone as timezone,
                (select e.id from erasure_requests e where e.customer_id = c.id and e.status in ('PENDING', 'APPROVED', 'PROCESSING')) as openid
            from customers c join businesses b on b.id = c.business_id
            where c.business_id = @business and c.id = @customer
            """,
            new { business = session.Business, customer });
        if (state is null || state.IsErased)
        {
            return state is null ? HttpProblems.NotFound : CustomerProblems.Erased;
        }

        // Who asks again is shown what was asked for already.
        var id = state.OpenId ?? await InsertAsync(session, caller, customer, reason, state.TimeZone, now);
        if (isOwn && state.OpenId is not null)
        {
            await session.ExecuteAsync(
                "update erasure_requests set requested_as = 'customer' where business_id = @business and id = @id", new { business = session.Business, id });
        }

        return (await ErasureRow.FindAsync(session, id, now))!.ToRequest(caller);
    }

    private static async Task<Guid> InsertAsync(Session session, Caller caller, Guid customer, Reason reason, string timeZone, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        await session.ExecuteAsync(
            """
            insert into erasure_requests (id, business_id, customer_id, status, requested_by, requested_as, reason, requested_at, due_at)
            values (@id, @business, @customer, 'PENDING', @by, @requestedAs, @reason, @now, @due)
            """,
            new
            {
                id,
                business = session.Business,
                customer,
                by = caller.Subject,
                requestedAs = caller.Roles == Role.Customer ? "customer" : caller.Is(Role.Owner) ? "owner" : "compliance",
                reason = reason.Text,
                now,
                due = ErasureRules.DueAt(now, timeZone),
            });
        return id;
    }

    private sealed record StateRow
    {
        public required bool IsErased { get; init; }
        public required string TimeZone { get; init; }
        public required Guid? OpenId { get; init; }
    }
}
