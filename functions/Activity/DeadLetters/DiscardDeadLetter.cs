using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>Settles a dead letter before its two weeks are over: it is not tried again, and counts no longer.</summary>
public sealed class DiscardDeadLetter(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<DeadLetter>> ExecuteAsync(Caller caller, Guid id, Reason reason, CancellationToken cancellation) =>
        database.InTransactionAsync<DeadLetter>(
            caller,
            async session =>
            {
                if (await GetDeadLetter.LockAsync(session, id) is not { } letter)
                {
                    return HttpProblems.NotFound;
                }

                if (letter.State == DeadLetterState.SETTLED)
                {
                    return DeadLetterProblems.Settled;
                }

                if ((await WritableBusiness.ReadAsync(session)).Failed(out var closed) && closed == BusinessProblems.Closed)
                {
                    return closed;
                }

                await session.ExecuteAsync(
                    """
                    update dead_letters
                    set state = 'SETTLED', settled_at = @now, settled_by = @by, reason = @reason, due_at = null, body = null, detail = null, customer_id = null,
                        customer_external_id = null, customer_email = null, customer_phone = null, digest = case when digest is not null then id::text end
                    where business_id = @business and id = @id
                    """,
                    new { business = session.Business, id, now = time.Now(), by = caller.Subject, reason = reason.Text });
                caller.Trail.Touch(((IAboutCustomers)letter).Customers!);
                return (await GetDeadLetter.LockAsync(session, id))!;
            },
            cancellation);
}
