using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>By what a business's customers are evaluated, and how far all of them have been.</summary>
internal sealed record TierSetting
{
    public required string TimeZone { get; init; }

    public required int GraceMonths { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The local day through which everybody has been evaluated; null before the first time.</summary>
    public required DateOnly? Through { get; init; }

    /// <summary>By which version of the thresholds.</summary>
    public required long ThroughVersion { get; init; }

    /// <summary>That version and those that have come since, in their order.</summary>
    public required IReadOnlyList<TierVersion> Versions { get; init; }

    public DateOnly Today => BusinessCalendar.Today(Now, TimeZone);

    public TierVersion Current => Versions is [.., var last] ? last : TierVersion.None;

    /// <summary>Nobody has a day or new thresholds to catch up with.</summary>
    public bool IsCurrent => Through >= Today && ThroughVersion == Current.Version;

    /// <summary>
    /// Read so that a run over everybody cannot begin until the transaction has ended: whoever read what held before it has
    /// written by then, and the run sees it. To be called after the customers' rows are locked.
    /// </summary>
    public static async Task<TierSetting> LockAsync(Session session, TimeProvider time)
    {
        // In a statement of its own, since the next one must see what was committed before the lock was given.
        await session.ExecuteAsync("select 1 from pg_advisory_xact_lock_shared(hashtextextended(@key, 0))", new { key = LockKey(session.Business) });
        return await ReadAsync(session, time.Now());
    }

    /// <summary>Waits for all who hold the lock above.</summary>
    public static Task WaitForOthersAsync(Session session) =>
        session.ExecuteAsync("select 1 from pg_advisory_xact_lock(hashtextextended(@key, 0))", new { key = LockKey(session.Business) });

    public static async Task<TierSetting> ReadAsync(Session session, DateTimeOffset now)
    {
        var rows = await session.QueryAsync<Row>(
            """
            select b.time_zone as timezone, b.grace_months as gracemonths, e.through_day as through,
                coalesce(e.configuration_version, 0) as throughversion, a.configuration_version as version,
                a.new_thresholds::text as thresholds, a.changed_at as since
            from businesses b
            left join tier_evaluations e on e.business_id = b.id
            left join tier_config_audits a on a.business_id = b.id and a.configuration_version >= coalesce(e.configuration_version, 0)
            where b.id = @business
            order by a.configuration_version
            """,
            new { business = session.Business });
        return new TierSetting
        {
            TimeZone = rows[0].TimeZone,
            GraceMonths = rows[0].GraceMonths,
            Now = now,
            Through = rows[0].Through,
            ThroughVersion = rows[0].ThroughVersion,
            Versions = [.. rows.Where(row => row.Version is not null)
                .Select(row => new TierVersion(row.Version!.Value, TierConfigurationRow.Read(row.Thresholds!), row.Since!.Value))],
        };
    }

    private static string LockKey(Guid business) => $"tiers {business:N}";

    private sealed record Row
    {
        public required string TimeZone { get; init; }
        public required int GraceMonths { get; init; }
        public required DateOnly? Through { get; init; }
        public required long ThroughVersion { get; init; }
        public required long? Version { get; init; }
        public required string? Thresholds { get; init; }
        public required DateTimeOffset? Since { get; init; }
    }
}

/// <summary>A business's thresholds from one change of them to the next.</summary>
/// <param name="Version">0 before the first.</param>
/// <param name="Thresholds">Null before the first.</param>
internal sealed record TierVersion(long Version, TierThresholds? Thresholds, DateTimeOffset Since)
{
    public static TierVersion None { get; } = new(0, null, DateTimeOffset.MinValue);
}
