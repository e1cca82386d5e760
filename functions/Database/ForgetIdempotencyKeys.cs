namespace NxLoy.Functions.Database;

/// <summary>Deletes idempotency keys whose 24 hours are over, of all businesses.</summary>
public sealed class ForgetIdempotencyKeys(WorkerDatabase database, TimeProvider time)
{
    /// <returns>How many were deleted.</returns>
    public Task<int> ExecuteAsync(CancellationToken cancellation) => database.SweepAsync(
        // The expiry is asked for once more outside: a key that is claimed anew while this waits for its row stays.
        """
        with deleted as (
            delete from idempotency_keys
            where expires_at <= @before and (business_id, caller, key) in (
                select business_id, caller, key from idempotency_keys where expires_at <= @before order by expires_at limit @batchSize)
            returning 1
        )
        select count(*)::int from deleted
        """,
        time.Now(), time.Now(), cancellation);
}
