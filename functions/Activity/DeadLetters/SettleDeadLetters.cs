using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>Lets go of what has been dead for two weeks: what it was and why stays, what it said and of whom does not.</summary>
public sealed class SettleDeadLetters(WorkerDatabase database, TimeProvider time)
{
    public const int Days = 14;

    private const int BatchSize = 1000;

    /// <returns>How many were settled.</returns>
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var now = time.Now();
        var total = 0;
        int settled;
        do
        {
            settled = (await database.QueryAsync<int>(
                """
                with settled as (
                    update dead_letters
                    set state = 'SETTLED', settled_at = @now, body = null, detail = null, customer_id = null, customer_external_id = null,
                        customer_email = null, customer_phone = null, digest = case when digest is not null then id::text end
                    where id = any(array(
                        select id from dead_letters where state = 'DEAD' and dead_at <= @before order by dead_at limit @BatchSize for update skip locked))
                    returning 1
                )
                select count(*)::int from settled
                """,
                new { now, before = now.AddDays(-Days), BatchSize }, cancellation))[0];
            total += settled;
        }
        while (settled == BatchSize);

        return total;
    }
}
