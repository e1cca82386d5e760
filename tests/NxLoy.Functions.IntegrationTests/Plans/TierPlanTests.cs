using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Tiers;
using NxLoy.Functions.UnitTests.Tiers;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>What a run reads of one partition and an event of one customer, among 60,000 customers with 600,000 sales.</summary>
[Trait("Category", "Slow")]
public sealed class TierPlanTests : IAsyncLifetime
{
    private const int Customers = 60_000;
    private const int Partition = 5_000;
    private static readonly Guid Business = new("00000000-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.KeptAsync("tierplans", Fill, "vacuum analyze", ExplainedDatabase.Explain);

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Partition_IsReadByItsRange_AndItsWindowsFromTheIndexAlone(string mode)
    {
        await using var explained = new ExplainedDatabase(database, mode);
        var ids = await database.QueryAsync<Guid>("select id from customers order by id");

        await explained.Database.InTransactionAsync<int>(
            Business, async session => (await TierCandidates.FindAsync(session, Setting, ids[20_000], ids[20_000 + Partition])).Count, CancellationToken.None);

        var plan = explained.Plans[^1];
        Assert.DoesNotContain(plan.Nodes, node => node is { Type: "Seq Scan", Table: "customers" or "customer_metrics" or "transactions" });
        Assert.Contains(plan.Nodes, node => node.Type == "Index Only Scan" && node.Table == "transactions");
        Assert.True(plan.RowsRead <= Partition * 12, plan.ToString());
    }

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task CustomersOfABatch_AreReadByTheirIds(string mode)
    {
        await using var explained = new ExplainedDatabase(database, mode);
        var ids = await database.QueryAsync<Guid>("select id from customers order by md5(id::text) limit 100");

        await explained.Database.InTransactionAsync<int>(
            Business, async session => (await TierCases.ReadAsync(session, Setting, ids)).Count, CancellationToken.None);

        var plan = explained.Plans[^1];
        Assert.DoesNotContain(plan.Nodes, node => node is { Type: "Seq Scan", Table: "customers" or "customer_metrics" or "transactions" });
        Assert.True(plan.RowsRead <= 2_000, plan.ToString());
    }

    private static TierSetting Setting { get; } = new()
    {
        TimeZone = "UTC", GraceMonths = 3, Now = Now, Through = new DateOnly(2026, 11, 22), ThroughVersion = 1,
        Versions = [new TierVersion(1, Some.Thresholds(), Now.AddDays(-100))],
    };

    private static readonly string Fill =
        $"""
        set local session_replication_role = replica;
        insert into businesses (id, name, created_at, updated_at) values ('{Business}', 'A business', '2024-01-01', '2024-01-01');
        create temporary table drawn as select n, uuidv7(interval '1 ms' * n) as id from generate_series(1, {Customers}) n;
        insert into customers (id, business_id, email, tier_updated_at, referral_code, created_at, updated_at)
        select id, '{Business}', 'c' || n || '@example.com', '2024-01-01', upper(to_hex(n + 16777216)), '2024-01-01', '2024-01-01' from drawn;
        insert into transactions (business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, created_at)
        select '{Business}', g || '-' || d.n, d.id, 'SALE', 1 + (d.n * 7 + g * 13) % 200, 'USD', x.at, x.at::date, x.at
        from generate_series(1, 10) g, drawn d, lateral (select timestamptz '2026-11-23' - ((d.n * 31 + g * 97) % 1000) * interval '1 day' as at) x;
        insert into customer_metrics (customer_id, business_id, total_spent, visit_count, updated_at)
        select customer_id, business_id, sum(amount), count(*), '2026-11-23' from transactions group by 1, 2;
        insert into tier_states (customer_id, business_id, ruled, steps, evaluated_on, configuration_version)
        select id, '{Business}', 'SILVER', '[]', '2026-11-22', 1 from drawn where n % 3 = 0;
        """;
}
