using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Leaves word that a business's customers are to be evaluated, in the transaction that gives reason to; whoever starts what
/// is wanted does the rest. There is one open run a business at most: one that has not begun serves everybody who asks, and
/// one that has is followed by another.
/// </summary>
public static class WantTierRun
{
    /// <summary>
    /// To be called with the business's row locked. One that is under way may have been past what this is about, so its end
    /// makes the next one; one that failed begins anew.
    /// </summary>
    /// <param name="session">The transaction.</param>
    /// <param name="kind">day, configuration or request.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="now">Since when.</param>
    /// <param name="id">Of a run that is made; null for a new one.</param>
    /// <returns>The open run.</returns>
    public static async Task<TierRun> ExecuteAsync(Session session, string kind, string actor, DateTimeOffset now, Guid? id = null)
    {
        var made = await session.QueryAsync<RunRow>(
            """
            insert into tier_runs (id, business_id, kind, status, requested_by, requested_at)
            values (@id, @business, @kind, 'QUEUED', @actor, @now)
            on conflict (business_id) where status <> 'COMPLETED' do update
            set again_kind = excluded.kind, again_by = excluded.requested_by
            where tier_runs.status = 'RUNNING'
            returning id
            """,
            new { id = id ?? Guid.CreateVersion7(now), business = session.Business, kind, actor, now });
        return made is [var run] ? new TierRun(session.Business, run.Id) : (await FindOpenAsync(session))!;
    }

    internal static async Task<TierRun?> FindOpenAsync(Session session) =>
        await session.FindAsync<RunRow>(
            "select id from tier_runs where business_id = @business and status <> 'COMPLETED'", new { business = session.Business }) is { } open
            ? new TierRun(session.Business, open.Id) : null;

    /// <summary>Lets nobody else want a run or end one meanwhile.</summary>
    internal static Task LockAsync(Session session) =>
        session.ExecuteAsync("select 1 from businesses where id = @business for no key update", new { business = session.Business });

    private sealed record RunRow
    {
        public required Guid Id { get; init; }
    }
}
