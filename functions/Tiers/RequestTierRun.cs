using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Asks for an evaluation of everybody; while one is open, that one is answered, and another follows it if it had begun.</summary>
public sealed class RequestTierRun(BusinessDatabase database, IdempotencyKeys idempotency, TimeProvider time)
{
    public Task<Result<TierRunProgress>> ExecuteAsync(Caller caller, Post<Done> post, CancellationToken cancellation) =>
        database.InTransactionAsync<TierRunProgress>(
            caller,
            async session =>
            {
                await WantTierRun.LockAsync(session);
                var business = await WritableBusiness.ReadAsync(session);
                if (business.Failed(out var closed))
                {
                    return closed;
                }

                var now = time.Now();
                var id = (await WantTierRun.FindOpenAsync(session))?.Id ?? Guid.CreateVersion7(now);
                var earlier = await idempotency.ClaimAsync(session, caller.Subject, post.Key, id, status: 202);
                if (earlier.Failed(out var reused))
                {
                    return reused;
                }

                if (earlier.Value is null)
                {
                    await WantTierRun.ExecuteAsync(session, "request", caller.Subject, now, id);
                }

                return await GetTierRun.ReadAsync(session, earlier.Value ?? id) is { } run ? run : HttpProblems.NotFound;
            },
            cancellation);
}
