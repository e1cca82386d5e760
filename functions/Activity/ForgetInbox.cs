using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Deletes from the inbox what came last some weeks ago. An event that is sent again after that is
/// still known by what it told: transactions, redemptions and messages by their ids, balances by customer and instant, and
/// of a business the latest instant stands.
/// </summary>
public sealed class ForgetInbox(WorkerDatabase database, InboxOptions options, TimeProvider time)
{
    /// <returns>How many were deleted.</returns>
    public Task<int> ExecuteAsync(CancellationToken cancellation) => database.SweepAsync(
        // The time is asked for once more outside: one that comes again while this waits for its row stays.
        """
        with deleted as (
            delete from inbox
            where received_at < @before and (business_id, event_id) in (
                select business_id, event_id from inbox where received_at < @before order by received_at limit @batchSize)
            returning 1
        )
        select count(*)::int from deleted
        """,
        time.Now(), time.Now().AddDays(-options.Days), cancellation);
}
