using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Asks for an evaluation of everybody; while one is open, that one is answered.</summary>
public sealed class RequestTierRun(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<TierRunProgress>> ExecuteAsync(Caller caller, CancellationToken cancellation) =>
        database.InTransactionAsync(
            caller,
            async session =>
            {
                await WantTierRun.LockAsync(session);
                var business = await WritableBusiness.ReadAsync(session);
                if (business.Failed(out var closed))
                {
                    return closed;
                }

                var run = await WantTierRun.ExecuteAsync(session, "request", caller.Subject, time.Now());
                return (Result<TierRunProgress>)(await GetTierRun.ReadAsync(session, run.Id))!;
            },
            cancellation);
}
