using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>Has a dead letter tried again with the next minute, for who has mended what was in its way.</summary>
public sealed class RetryDeadLetter(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<DeadLetter>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
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

                if (letter.EventId is null || letter.Body is null)
                {
                    return DeadLetterProblems.Unreadable;
                }

                if ((await WritableBusiness.ReadAsync(session)).Failed(out var closed) && closed == BusinessProblems.Closed)
                {
                    return closed;
                }

                var now = time.Now();
                await session.ExecuteAsync(
                    "update dead_letters set state = 'WAITING', due_at = @now, dead_at = null where business_id = @business and id = @id",
                    new { business = session.Business, id, now });
                caller.Trail.Touch(((IAboutCustomers)letter).Customers!);
                return letter with { State = DeadLetterState.WAITING, DueAt = now, DeadAt = null, Body = null };
            },
            cancellation);
}
