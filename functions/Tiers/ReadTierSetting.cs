using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>Reads by what a business's customers are evaluated, as it is in the transaction.</summary>
public sealed class ReadTierSetting(ThresholdCache thresholds, TimeProvider time)
{
    private const string Lock = "tiers";

    /// <summary>
    /// Read so that a run over everybody cannot begin until the transaction has ended: whoever read what held before it has
    /// written by then, and the run sees it. To be called after the customers' rows are locked.
    /// </summary>
    internal async Task<TierSetting> LockAsync(Session session)
    {
        await session.ShareLockAsync(Lock);
        return await ExecuteAsync(session);
    }

    /// <summary>Waits for all who hold the lock above.</summary>
    internal static Task WaitForOthersAsync(Session session) => session.TakeLockAsync(Lock);

    internal async Task<TierSetting> ExecuteAsync(Session session)
    {
        var rows = await session.QueryAsync<Row>(
            """
            select b.time_zone as timezone, b.grace_months as gracemonths, e.through_day as through,
                coalesce(e.configuration_version, 0) as throughversion, a.configuration_version as version, a.changed_at as since
            from businesses b
            left join tier_evaluations e on e.business_id = b.id
            left join tier_config_audits a on a.business_id = b.id and a.configuration_version >= coalesce(e.configuration_version, 0)
            where b.id = @business
            order by a.configuration_version
            """,
            new { business = session.Business });
        var versions = new List<TierVersion>();
        foreach (var row in rows.Where(row => row.Version is not null))
        {
            var version = new ThresholdVersion(session.Business, row.Version!.Value, row.Since!.Value);
            versions.Add(new TierVersion(version.Number, await thresholds.GetAsync(version, session, CancellationToken.None), version.Since));
        }

        return new TierSetting
        {
            TimeZone = rows[0].TimeZone,
            GraceMonths = rows[0].GraceMonths,
            Now = time.Now(),
            Through = rows[0].Through,
            ThroughVersion = rows[0].ThroughVersion,
            Versions = versions,
        };
    }

    private sealed record Row
    {
        public required string TimeZone { get; init; }
        public required int GraceMonths { get; init; }
        public required DateOnly? Through { get; init; }
        public required long ThroughVersion { get; init; }
        public required long? Version { get; init; }
        public required DateTimeOffset? Since { get; init; }
    }
}
