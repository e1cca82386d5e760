using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Tiers;
using NxLoy.Functions.UnitTests.Tiers;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>
/// SQL looks for those who may change and the policy decides: on random customers both find the same tier, for every kind
/// of thresholds. Whom SQL finds when everybody is said to be ruled SILVER is who does not reach just that.
/// </summary>
public sealed class ReachedTierTests(TestApp app) : IClassFixture<TestApp>
{
    private static readonly DateTimeOffset Now = new(2028, 2, 29, 15, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task SqlAndPolicy_AgreeAboutEverybody()
    {
        var business = await app.GivenBusinessAsync();
        await FillAsync(business);
        var database = app.Host.Services.GetRequiredService<BusinessDatabase>();
        var random = new Random(7);
        for (var round = 0; round < 25; round++)
        {
            var setting = new TierSetting
            {
                TimeZone = "UTC", GraceMonths = 3, Now = Now, Through = new DateOnly(2028, 2, 29), ThroughVersion = 1,
                Versions = [new TierVersion(1, new TierThresholds { Silver = Any(random), Gold = Any(random), Platinum = Any(random) }, Now)],
            };
            foreach (var ruled in Enum.GetValues<LoyaltyTier>())
            {
                await app.Database.QueryAsync<int>(
                    "update tier_states set ruled = @ruled where business_id = @business; update customers set loyalty_tier = @ruled where business_id = @business",
                    new { business, ruled = ruled.ToString() });
                await database.InTransactionAsync<Done>(
                    business,
                    async session =>
                    {
                        var found = await TierCandidates.FindAsync(session, setting, Guid.Empty, Guid.AllBitsSet);
                        var all = await session.QueryAsync<Guid>("select id from customers where business_id = @business", new { business });
                        var others = (await TierCases.ReadAsync(session, setting, all))
                            .Where(one => TierPolicy.Reached(setting.Current.Thresholds, one.FiguresToday) != ruled).Select(one => one.Id);

                        Assert.Equal(others.Order(), found.Order());
                        return new Done();
                    },
                    CancellationToken.None);
            }
        }
    }

    // In order from tier to tier or not: SQL must not need it.
    private static TierRequirement Any(Random random) => Some.Requirement(
        random.Next(3) == 0 ? null : random.Next(600),
        random.Next(3) == 0 ? null : random.Next(6),
        random.Next(-1, 40),
        (EvaluationPeriod)random.Next(4),
        (ThresholdMatch)random.Next(2));

    private Task<IReadOnlyList<int>> FillAsync(Guid business) => app.Database.QueryAsync<int>(
        """
        select 1 from setseed(0.5);
        create temporary table drawn as select gen_random_uuid() as id, n from generate_series(1, 300) n;
        insert into customers (id, business_id, email, tier_updated_at, referral_code, created_at, updated_at)
        select id, @business, id || '@example.com', '2026-01-01', upper(left(md5(id::text), 12)), '2026-01-01', '2026-01-01' from drawn;
        insert into transactions (business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, reversed_amount, is_voided, created_at)
        select @business, d.id || '-' || g, d.id, 'SALE', s.amount, 'USD', '2028-02-29', date '2028-02-29' - floor(random() * case when g % 2 = 0 then 40 else 500 end)::int,
            case when random() < 0.2 then s.amount when random() < 0.2 then floor(s.amount / 2) else 0 end, random() < 0.1, '2028-02-29'
        from drawn d, generate_series(1, 7) g, lateral (select floor(random() * 150 + 0 * d.n * g)::numeric as amount) s
        where random() < 0.6;
        insert into customer_metrics (customer_id, business_id, total_spent, visit_count, updated_at)
        select d.id, @business, coalesce(sum(t.amount - t.reversed_amount), 0), count(t.id), '2028-02-29'
        from drawn d
        left join transactions t on t.customer_id = d.id and not t.is_voided and (t.reversed_amount < t.amount or t.amount = 0)
        group by d.id;
        insert into loyalty_balances (customer_id, business_id, balance, qualifying_points, changed_by, occurred_at, updated_at)
        select id, @business, floor(random() * 50) - 5, case when n % 3 = 0 then floor(random() * 50) end, 'till', '2028-02-29', '2028-02-29' from drawn where n % 2 = 0;
        insert into tier_states (customer_id, business_id, ruled, steps, evaluated_on, configuration_version)
        select id, @business, 'BRONZE', '[]', '2028-02-29', 1 from drawn;
        drop table drawn;
        """,
        new { business });
}
