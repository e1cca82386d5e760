using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Deletes from the inbox what came last some weeks ago, in bounded batches. An event that is sent again after that is
/// still known by what it told: transactions, redemptions and messages by their ids, balances by customer and instant, and
/// of a business the latest instant stands.
/// </summary>
public sealed class ForgetInbox(WorkerDatabase database, InboxOptions options, TimeProvider time)
{
    // Small enough that no statement holds locks or writes log for long; each is a transaction of its own.
    internal const int BatchSize = 5000;

    /// <returns>How many were deleted.</returns>
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var before = time.Now().AddDays(-options.Days);
        var total = 0;
        int deleted;
        do
        {
            deleted = await DeleteAsync(before, cancellation);
            total += deleted;
        }
        while (deleted == BatchSize);

        return total;
    }

    // The time is asked for once more outside: one that comes again while this waits for its row stays.
    private async Task<int> DeleteAsync(DateTimeOffset before, CancellationToken cancellation) => (await database.QueryAsync<int>(
        """
        with deleted as (
            delete from inbox
            where received_at < @before and (business_id, event_id) in (
                select business_id, event_id from inbox where received_at < @before order by received_at limit @BatchSize)
            returning 1
        )
        select count(*)::int from deleted
        """,
        new { before, BatchSize }, cancellation))[0];
}
