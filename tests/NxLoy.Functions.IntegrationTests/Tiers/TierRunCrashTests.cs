using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>The evaluation of everybody by the built app, killed at its n-th commit for every n.</summary>
public sealed class TierRunCrashTests : IAsyncLifetime
{
    private const string Timer = "EveryQuarterHourTiers";

    private readonly TestApp app = new() { RunsTiers = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_EveryTierChangesOnce()
    {
        List<Guid> customers = [];
        for (var n = 0; n < 5; n++)
        {
            customers.Add(await app.BoughtAsync(120));
        }

        await app.TiersAsync(app.Business);
        await app.TierRunsSettledAsync();
        await app.StopHostAsync();
        await using var proxy = new CommitProxy(app.Database.Owner) { Counts = Moments.Commits };
        var settings = AppProcess.Quiet(app.StartedWith, proxy, Timer);
        settings["Tiers:PartitionSize"] = "3"; // two of them

        await new CrashLoop<AppProcess>(proxy, () => AppProcess.StartAsync(settings))
        {
            Prepare = _ => app.Database.QueryAsync<int>("delete from tier_states; delete from tier_changes; delete from outbox where type like 'customers.tier.%'; update customers set loyalty_tier = 'BRONZE'; delete from tier_evaluations; delete from tier_runs"),
            Begin = process => process.StartTimerAsync(Timer),
            HasEnded = IsCompletedAsync,
            Check = async _ =>
            {
                Assert.Equal(Enumerable.Repeat("SILVER 1 1", 5), await app.Database.QueryAsync<string>(
                    """
                    select loyalty_tier || ' ' || (select count(*) from tier_changes h where h.customer_id = c.id)
                        || ' ' || (select count(*) from outbox o where o.customer_id = c.id and o.type = 'customers.tier.upgraded')
                    from customers c where business_id = @Business
                    """,
                    new { app.Business }));
                Assert.Equal(5L, (await app.Database.QueryAsync<long>("select sum(changed) from tier_run_partitions where business_id = @Business", new { app.Business }))[0]);
            },
        }.RunAsync(moreThan: 6);
    }

    // Where midnight has passed meanwhile, a second run of the new day is among them.
    private async Task<bool> IsCompletedAsync() => (await app.Database.QueryAsync<bool>(
        """
        select (select coalesce(bool_and(status = 'COMPLETED'), false) from tier_runs where business_id = @Business)
            and not exists (select from functions_host.durable_instances where status in ('Pending', 'Running'))
        """,
        new { app.Business }))[0];
}
