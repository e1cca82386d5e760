using System.Globalization;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Finds, among the customers between two ids, those whom an evaluation may change, in one statement and without locks.
/// Days that pass only take figures away: whoever reaches today what the rules give reached it on every day missed, so
/// however many those are, one look at today is enough for almost everybody.
/// </summary>
internal static class TierCandidates
{
    public static async Task<IReadOnlyList<Guid>> FindAsync(Session session, TierSetting setting, Guid from, Guid before)
    {
        var thresholds = setting.Current.Thresholds;
        var first = TierCases.From(setting with { Versions = [setting.Current] }, setting.Today);
        var parameters = new Dictionary<string, object?>(ReachedTier.Parameters(thresholds).Select(one => KeyValuePair.Create(one.Key, (object?)one.Value)))
        {
            ["business"] = session.Business,
            ["from"] = from,
            ["before"] = before,
            ["today"] = setting.Today,
            ["version"] = setting.Current.Version,
            ["through"] = setting.Through ?? FirstDay(setting),
            ["throughVersion"] = setting.ThroughVersion,
            ["first"] = first,
            ["monthly"] = TierPolicy.WindowStart(EvaluationPeriod.monthly, setting.Today),
            ["quarterly"] = TierPolicy.WindowStart(EvaluationPeriod.quarterly, setting.Today),
            ["yearly"] = TierPolicy.WindowStart(EvaluationPeriod.yearly, setting.Today),
        };

        // PostgreSQL takes the range that stands in each table below for so many conditions that have nothing to do with each
        // other, expects a hundredth of the rows, and would look up one customer's state after the other.
        await session.ExecuteAsync("set local enable_nestloop = off");
        var rows = await session.QueryAsync<CandidateRow>(
            $"""
            with windows as (
                select t.customer_id, {TierCases.Sums}
                from transactions t
                where t.business_id = @business and t.customer_id >= @from and t.customer_id < @before and t.local_day >= @first and {TierCases.Standing}
                group by t.customer_id
            )
            select c.id
            from customers c
            join customer_metrics m on m.customer_id = c.id and {In("m")}
            left join windows w on w.customer_id = c.id
            left join tier_states s on s.customer_id = c.id and {In("s")}
            left join tier_overrides o on o.customer_id = c.id and {In("o")}
            left join loyalty_balances b on b.customer_id = c.id and {In("b")}
            cross join lateral (select {ReachedTier.Sql(thresholds)} as tier, coalesce(s.ruled, 'BRONZE') as ruled) reached
            where c.business_id = @business and c.id >= @from and c.id < @before and c.erased_at is null and (
                s.grace_from is null and reached.tier <> reached.ruled
                or s.grace_from is not null and (s.grace_until <= @today or array_position({Order}, reached.tier) >= array_position({Order}, reached.ruled))
                or c.loyalty_tier <> coalesce(o.tier, reached.ruled)
                or o.last_day < @today
                -- Thresholds of the past count for the days that went by them, and so do several in a row.
                or greatest(s.configuration_version, @throughVersion) < @version
                    and (greatest(s.configuration_version, @throughVersion) < @version - 1 or greatest(s.evaluated_on, @through::date) < @today))
            order by c.id
            """,
            parameters);
        return [.. rows.Select(row => row.Id)];
    }

    // Before everybody was evaluated for the first time, days count from the first thresholds on.
    private static DateOnly? FirstDay(TierSetting setting) =>
        setting.Versions is [var first, ..] ? BusinessCalendar.LocalDay(first.Since, setting.TimeZone) : null;

    // PostgreSQL does not see by itself that what is joined to a range of ids lies in that range.
    private static string In(string table) => $"{table}.business_id = @business and {table}.customer_id >= @from and {table}.customer_id < @before";

    private static readonly string Order = string.Create(CultureInfo.InvariantCulture, $"'{{{string.Join(',', Enum.GetNames<LoyaltyTier>())}}}'::text[]");

    private sealed record CandidateRow
    {
        public required Guid Id { get; init; }
    }
}
