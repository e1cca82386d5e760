using NxLoy.Functions.Database;

namespace NxLoy.Functions.Messaging;

/// <summary>Deletes events that were published some days ago, in bounded batches. What waits or was refused stays.</summary>
public sealed class ForgetPublished(WorkerDatabase database, EventOptions options, TimeProvider time)
{
    // Small enough that no statement holds locks or writes log for long; each is a transaction of its own.
    internal const int BatchSize = 5000;

    /// <returns>How many were deleted.</returns>
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var before = time.Now().AddDays(-options.RetentionDays);
        var total = 0;
        int deleted;
        do
        {
            deleted = (await database.QueryAsync<int>(
                """
                with deleted as (
                    delete from outbox
                    where sequence = any(array(
                        select sequence from outbox where published_at is not null and published_at < @before order by published_at limit @BatchSize))
                    returning 1
                )
                select count(*)::int from deleted
                """,
                new { before, BatchSize }, cancellation))[0];
            total += deleted;
        }
        while (deleted == BatchSize);

        return total;
    }
}
