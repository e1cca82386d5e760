using NxLoy.Functions.Database;

namespace NxLoy.Functions.Tiers;

/// <summary>Reads customers as the rules look at them, in two statements at most, however many they are.</summary>
internal static class TierCases
{
    private static readonly EvaluationPeriod[] Windows = [EvaluationPeriod.monthly, EvaluationPeriod.quarterly, EvaluationPeriod.yearly];

    /// <summary>What of a sale counts: the same as in customer_metrics, so that lifetime figures and windows agree.</summary>
    public const string Standing = "t.kind = 'SALE' and not t.is_voided and (t.reversed_amount < t.amount or t.amount = 0)";

    /// <summary>Those of the customers that are not erased, with today's figures.</summary>
    public static async Task<IReadOnlyList<TierCase>> ReadAsync(Session session, TierSetting setting, IReadOnlyList<Guid> customers)
    {
        var cases = await session.QueryAsync<TierCase>(
            $"""
            select c.id, c.loyalty_tier as held, c.tier_updated_at as tierupdatedat, c.deleted_at is not null as isdeleted, s.steps::text as steps, s.grace_from as gracefrom,
                s.grace_until as graceuntil, s.evaluated_on as evaluatedon, s.configuration_version as configurationversion,
                o.tier as overridetier, o.last_day as overridelastday,
                coalesce(w.monthly_spent, 0) as monthlyspent, coalesce(w.monthly_visits, 0) as monthlyvisits,
                coalesce(w.quarterly_spent, 0) as quarterlyspent, coalesce(w.quarterly_visits, 0) as quarterlyvisits,
                coalesce(w.yearly_spent, 0) as yearlyspent, coalesce(w.yearly_visits, 0) as yearlyvisits,
                m.total_spent as lifetimespent, m.visit_count as lifetimevisits, coalesce(b.qualifying_points, b.balance, 0) as points
            from customers c
            join customer_metrics m on m.customer_id = c.id
            left join tier_states s on s.customer_id = c.id
            left join tier_overrides o on o.customer_id = c.id
            left join loyalty_balances b on b.customer_id = c.id
            left join lateral (
                select {Sums}
                from transactions t
                where t.business_id = @business and t.customer_id = c.id and t.local_day >= @from and {Standing}
            ) w on @from is not null
            where c.business_id = @business and c.id = any(@customers) and c.erased_at is null
            """,
            Arguments(session, setting, customers, From(setting, setting.Today)));
        return await WithMissedDaysAsync(session, setting, cases);
    }

    /// <summary>Sums of the windows that begin on @monthly, @quarterly and @yearly, of the table t.</summary>
    public const string Sums =
        """
        sum(t.amount - t.reversed_amount) filter (where t.local_day >= @monthly) as monthly_spent,
            count(*) filter (where t.local_day >= @monthly)::int as monthly_visits,
            sum(t.amount - t.reversed_amount) filter (where t.local_day >= @quarterly) as quarterly_spent,
            count(*) filter (where t.local_day >= @quarterly)::int as quarterly_visits,
            sum(t.amount - t.reversed_amount) filter (where t.local_day >= @yearly) as yearly_spent,
            count(*) filter (where t.local_day >= @yearly)::int as yearly_visits
        """;

    /// <summary>The first day that counts in any window that the thresholds use; null where none does.</summary>
    public static DateOnly? From(TierSetting setting, DateOnly day) =>
        Windows.Where(window => setting.Versions.Any(version => version.Thresholds?.Uses(window) ?? false))
            .Select(window => TierPolicy.WindowStart(window, day)).Min();

    private static object Arguments(Session session, TierSetting setting, IReadOnlyList<Guid> customers, DateOnly? from) => new
    {
        business = session.Business,
        customers = customers.ToArray(),
        from,
        monthly = TierPolicy.WindowStart(EvaluationPeriod.monthly, setting.Today),
        quarterly = TierPolicy.WindowStart(EvaluationPeriod.quarterly, setting.Today),
        yearly = TierPolicy.WindowStart(EvaluationPeriod.yearly, setting.Today),
    };

    // Only who has missed a day before today needs the days one by one.
    private static async Task<IReadOnlyList<TierCase>> WithMissedDaysAsync(Session session, TierSetting setting, IReadOnlyList<TierCase> cases)
    {
        if (setting.IsCurrent)
        {
            return cases;
        }

        var first = cases.ToDictionary(one => one.Id, one => one.Missed(setting) is [var missed, ..] ? missed.Day : setting.Today);
        var late = first.Where(one => one.Value < setting.Today).Select(one => one.Key).ToArray();
        if (late.Length == 0 || From(setting, first.Values.Min()) is not { } from)
        {
            return cases;
        }

        var days = (await session.QueryAsync<SaleDay>(
            $"""
            select t.customer_id as customerid, t.local_day as localday, sum(t.amount - t.reversed_amount) as spent, count(*)::int as visits
            from transactions t
            where t.business_id = @business and t.customer_id = any(@late) and t.local_day >= @from and {Standing}
            group by t.customer_id, t.local_day
            """,
            new { business = session.Business, late, from })).ToLookup(day => day.CustomerId);
        return [.. cases.Select(one => one with { SaleDays = [.. days[one.Id]] })];
    }
}
