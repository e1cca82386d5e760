using System.Text.Json;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>What a profile tells of the customer's loyalty.</summary>
public sealed record Loyalty
{
    /// <summary>The balance.</summary>
    public required long Points { get; init; }

    /// <summary>When the tier held now was reached.</summary>
    public required DateTimeOffset TierSince { get; init; }

    /// <summary>Null while the figures meet the tier of the rules.</summary>
    public required TierGrace? Grace { get; init; }

    /// <summary>Null where the tier is not set by hand.</summary>
    public required TierOverride? Override { get; init; }

    /// <summary>The business's local day of which tier and progress are; null before the first evaluation.</summary>
    public required DateOnly? AsOf { get; init; }
}

/// <summary>For whoever shows a customer: one column more in the statement that reads it, and what it means.</summary>
public static class LoyaltyOfCustomer
{
    /// <summary>
    /// An expression about the customer c and its metrics m, which answers JSON. Windows begin as <see cref="TierPolicy.WindowStart"/>
    /// has it: PostgreSQL clamps to the month's end too.
    /// </summary>
    public const string Column =
        """
        (select row_to_json(l) from (
            select coalesce(b.balance, 0) as "balance", coalesce(b.qualifying_points, b.balance, 0) as "points", s.grace_from as "graceFrom",
                s.grace_until as "graceUntil", o.tier as "overrideTier", o.last_day as "overrideLastDay", day.at as "asOf", k.thresholds,
                w.monthly_spent as "monthlySpent", w.monthly_visits as "monthlyVisits", w.quarterly_spent as "quarterlySpent",
                w.quarterly_visits as "quarterlyVisits", w.yearly_spent as "yearlySpent", w.yearly_visits as "yearlyVisits",
                m.total_spent as "lifetimeSpent", m.visit_count as "lifetimeVisits"
            from (select) one
            left join tier_states s on s.customer_id = c.id
            left join tier_overrides o on o.customer_id = c.id
            left join loyalty_balances b on b.customer_id = c.id
            left join tier_configurations k on k.business_id = c.business_id
            left join tier_evaluations e on e.business_id = c.business_id
            cross join lateral (select greatest(s.evaluated_on, e.through_day) as at) day
            cross join lateral (
                select
                    coalesce(sum(t.amount - t.reversed_amount) filter (where t.local_day > day.at - interval '1 month'), 0) as monthly_spent,
                    count(*) filter (where t.local_day > day.at - interval '1 month') as monthly_visits,
                    coalesce(sum(t.amount - t.reversed_amount) filter (where t.local_day > day.at - interval '3 months'), 0) as quarterly_spent,
                    count(*) filter (where t.local_day > day.at - interval '3 months') as quarterly_visits,
                    coalesce(sum(t.amount - t.reversed_amount), 0) as yearly_spent, count(*) as yearly_visits
                from transactions t
                where t.business_id = c.business_id and t.customer_id = c.id and t.local_day > (day.at - interval '1 year')::date
                    and t.kind = 'SALE' and not t.is_voided and (t.reversed_amount < t.amount or t.amount = 0)
            ) w
        ) l)
        """;

    /// <param name="json">What <see cref="Column"/> answered.</param>
    /// <param name="held">The customer's tier.</param>
    /// <param name="since">When it was reached.</param>
    /// <returns>With percent towards the next tier: null without thresholds, or before the first evaluation by them.</returns>
    public static (int? Progress, Loyalty Loyalty) Read(string json, LoyaltyTier held, DateTimeOffset since)
    {
        var row = JsonSerializer.Deserialize<Row>(json, Json.Options)!;
        return (
            row.AsOf is null ? null : TierPolicy.Progress(row.Thresholds, row.ToFigures(), held),
            new Loyalty
            {
                Points = row.Balance,
                TierSince = since,
                Grace = row.GraceFrom is { } from ? new TierGrace(from, row.GraceUntil!.Value) : null,
                Override = row.OverrideTier is { } tier ? new TierOverride(tier, row.OverrideLastDay) : null,
                AsOf = row.AsOf,
            });
    }

    private sealed record Row
    {
        public required long Balance { get; init; }
        public required long Points { get; init; }
        public required DateOnly? GraceFrom { get; init; }
        public required DateOnly? GraceUntil { get; init; }
        public required LoyaltyTier? OverrideTier { get; init; }
        public required DateOnly? OverrideLastDay { get; init; }
        public required DateOnly? AsOf { get; init; }
        public required TierThresholds? Thresholds { get; init; }
        public required decimal MonthlySpent { get; init; }
        public required int MonthlyVisits { get; init; }
        public required decimal QuarterlySpent { get; init; }
        public required int QuarterlyVisits { get; init; }
        public required decimal YearlySpent { get; init; }
        public required int YearlyVisits { get; init; }
        public required decimal LifetimeSpent { get; init; }
        public required int LifetimeVisits { get; init; }

        public TierFigures ToFigures() => new()
        {
            Monthly = new WindowFigures(MonthlySpent, MonthlyVisits),
            Quarterly = new WindowFigures(QuarterlySpent, QuarterlyVisits),
            Yearly = new WindowFigures(YearlySpent, YearlyVisits),
            Lifetime = new WindowFigures(LifetimeSpent, LifetimeVisits),
            Points = Points,
        };
    }
}
