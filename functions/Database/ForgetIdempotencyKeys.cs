namespace NxLoy.Functions.Database;

/// <summary>Deletes idempotency keys whose 24 hours are over, of all businesses, in bounded batches.</summary>
public sealed class ForgetIdempotencyKeys(WorkerDatabase database, TimeProvider time)
{
    // Small enough that no statement holds locks or writes log for long; each is a transaction of its own.
    internal const int BatchSize = 1000;

    /// <returns>How many were deleted.</returns>
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var now = time.Now();
        var total = 0;
        int deleted;
        do
        {
            deleted = await DeleteAsync(now, cancellation);
            total += deleted;
        }
        while (deleted == BatchSize);

        return total;
    }

    // The expiry is asked for once more outside: a key that is claimed anew while this waits for its row stays.
    private async Task<int> DeleteAsync(DateTimeOffset now, CancellationToken cancellation) =>
        (await database.QueryAsync<int>(
            """
            with deleted as (
                delete from idempotency_keys
                where expires_at <= @now and (business_id, caller, key) in (
                    select business_id, caller, key from idempotency_keys where expires_at <= @now order by expires_at limit @batchSize)
                returning 1
            )
            select count(*)::int from deleted
            """,
            new { now, batchSize = BatchSize },
            cancellation))[0];
}
