using System.Text.Json;
using NxLoy.Functions.Database;
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
public sealed class LoyaltyOfCustomer(ThresholdCache thresholds)
{
    /// <summary>
    /// An expression about the customer c and its metrics m, which answers JSON. Windows begin as <see cref="TierPolicy.WindowStart"/>
    /// has it: PostgreSQL clamps to the month's end too.
    /// </summary>
    public const string Column =
        """
        (select row_to_json(l) from (
            select coalesce(b.balance, 0) as "balance", coalesce(b.qualifying_points, b.balance, 0) as "points", s.grace_from as "graceFrom",
                s.grace_until as "graceUntil", o.tier as "overrideTier", o.last_day as "overrideLastDay", day.at as "asOf", k.version, k.updated_at as "versionSince",
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
    /// <param name="business">The customer's.</param>
    /// <param name="held">The customer's tier.</param>
    /// <param name="since">When it was reached.</param>
    /// <param name="session">The transaction in which it was read, if it was in one.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    /// <returns>With percent towards the next tier: null without thresholds, or before the first evaluation by them.</returns>
    public async ValueTask<(int? Progress, Loyalty Loyalty)> ReadAsync(
        string json, Guid business, LoyaltyTier held, DateTimeOffset since, Session? session, CancellationToken cancellation)
    {
        var row = JsonSerializer.Deserialize<Row>(json, Json.Options)!;
        var progress = row.AsOf is null || row.Version is not { } number ? null
            : TierPolicy.Progress(
                await thresholds.GetAsync(new ThresholdVersion(business, number, row.VersionSince!.Value), session, cancellation), row.ToFigures(), held);
        return (
            progress,
            new Loyalty
            {
                Points = row.Balance,
                TierSince = since,
                Grace = row.Grace,
                Override = row.Override,
                AsOf = row.AsOf,
            });
    }

    private sealed record Row : TierRow
    {
        public required long Balance { get; init; }
        public required DateOnly? AsOf { get; init; }
        public required long? Version { get; init; }
        public required DateTimeOffset? VersionSince { get; init; }
    }
}
