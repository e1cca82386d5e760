using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Ends a legal hold; it stays in the list with who released it and when.</summary>
public sealed class ReleaseHold(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<Done>> ExecuteAsync(Caller caller, Guid customer, Guid id, CancellationToken cancellation) =>
        database.InTransactionAsync(
            caller,
            async session =>
            {
                var found = await session.QueryAsync<bool>(
                    "select released_at is not null from legal_holds where business_id = @business and customer_id = @customer and id = @id for update",
                    new { business = session.Business, customer, id });
                if (found is not [var isReleased])
                {
                    return HttpProblems.NotFound;
                }

                if (isReleased)
                {
                    return ErasureProblems.HoldReleased;
                }

                await session.ExecuteAsync(
                    "update legal_holds set released_by = @by, released_at = @now where business_id = @business and id = @id",
                    new { business = session.Business, id, by = caller.Subject, now = time.Now() });
                return (Result<Done>)new Done();
            },
            cancellation);
}
