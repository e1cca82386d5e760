using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>Lets go of what has been dead for two weeks: what it was and why stays, what it said and of whom does not.</summary>
public sealed class SettleDeadLetters(WorkerDatabase database, TimeProvider time)
{
    public const int Days = 14;

    /// <summary>What becomes of a dead letter that nobody tries any more: assignments that take @now.</summary>
    internal const string Assignments =
        """
        state = 'SETTLED', settled_at = @now, body = null, detail = null, customer_id = null, customer_external_id = null,
            customer_email = null, customer_phone = null, digest = case when digest is not null then id::text end
        """;

    /// <returns>How many were settled.</returns>
    public Task<int> ExecuteAsync(CancellationToken cancellation) => database.SweepAsync(
        $"""
        with settled as (
            update dead_letters
            set {Assignments}
            where id = any(array(
                select id from dead_letters where state = 'DEAD' and dead_at <= @before order by dead_at limit @batchSize for update skip locked))
            returning 1
        )
        select count(*)::int from settled
        """,
        time.Now(), time.Now().AddDays(-Days), cancellation);
}
