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
                var found = await GetDeadLetter.LockAsync(session, id);
                if (found.Failed(out var problem))
                {
                    return problem;
                }

                var letter = found.Value;
                if (letter.EventId is null || letter.Body is null)
                {
                    return DeadLetterProblems.Unreadable;
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
