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
                var found = await GetDeadLetter.LockAsync(session, id);
                if (found.Failed(out var problem))
                {
                    return problem;
                }

                caller.Trail.Touch(((IAboutCustomers)found.Value).Customers!);
                return (await session.FindAsync<DeadLetter>(
                    $"""
                    with l as (
                        update dead_letters
                        set {SettleDeadLetters.Assignments}, due_at = null, settled_by = @by, reason = @reason
                        where business_id = @business and id = @id
                        returning *
                    )
                    select {DeadLetter.Columns}, l.body from l
                    """,
                    new { business = session.Business, id, now = time.Now(), by = caller.Subject, reason = reason.Text }))!;
            },
            cancellation);
}
