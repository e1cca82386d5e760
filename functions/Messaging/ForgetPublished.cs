using NxLoy.Functions.Database;

namespace NxLoy.Functions.Messaging;

/// <summary>Deletes events that were published some days ago. What waits or was refused stays.</summary>
public sealed class ForgetPublished(WorkerDatabase database, EventOptions options, TimeProvider time)
{
    /// <returns>How many were deleted.</returns>
    public Task<int> ExecuteAsync(CancellationToken cancellation) => database.SweepAsync(
        """
        with deleted as (
            delete from outbox
            where sequence = any(array(
                select sequence from outbox where published_at is not null and published_at < @before order by published_at limit @batchSize))
            returning 1
        )
        select count(*)::int from deleted
        """,
        time.Now(), time.Now().AddDays(-options.RetentionDays), cancellation);
}
