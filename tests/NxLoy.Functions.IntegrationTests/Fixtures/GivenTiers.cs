using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.Tiers;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Sales that lift customers, and where that has brought them.</summary>
public static class GivenTiers
{
    /// <returns>The sale's id.</returns>
    public static async Task<string> SellAsync(this TestApp app, Guid business, Guid customer, decimal amount, DateTimeOffset? at = null)
    {
        var id = Guid.NewGuid().ToString();
        var sent = await app.AsOf(business, "service").PostAsync("/api/v1/events", Events.One(Events.Sale(business, customer, amount, id, at ?? app.BusinessNow())));
        Assert.Equal(["accepted"], sent.Outcomes());
        return id;
    }

    /// <returns>A new customer, of the app's first business, who has bought for so much.</returns>
    public static async Task<Guid> BoughtAsync(this TestApp app, decimal amount)
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.SellAsync(app.Business, customer, amount);
        return customer;
    }

    /// <returns>A business with thresholds, and a customer of it who has bought nothing yet.</returns>
    public static async Task<(Guid Business, Guid Customer)> BuyerAsync(this TestApp app)
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business);
        return (business, (await app.CustomerAsync(business: business)).Id);
    }

    /// <param name="how">voided or refunded.</param>
    public static async Task ReverseAsync(this TestApp app, Guid business, Guid customer, string how, string sale, decimal amount) =>
        Assert.Equal(["accepted"], (await app.AsOf(business, "service").PostAsync("/api/v1/events", Events.One(Events.Of(
            how, Events.Data(business, amount, Guid.NewGuid().ToString(), app.BusinessNow(), customer, original: sale))))).Outcomes());

    /// <summary>No evaluation of everybody is open, nor runs an orchestration of one.</summary>
    public static Task TierRunsSettledAsync(this TestApp app) => Eventually.TrueAsync(async () => (await app.Database.QueryAsync<bool>(
        """
        select not exists (select from tier_runs where status <> 'COMPLETED')
            and not exists (select from functions_host.durable_instances where id like 'tiers-%' and status in ('Pending', 'Running'))
        """))[0]);

    /// <summary>An evaluation of everybody that somebody wants, as the orchestration takes it through its steps.</summary>
    public static async Task<TierRun> BeginTierRunAsync(this TestApp app, Guid business)
    {
        var run = (await app.Host.Services.GetRequiredService<BusinessDatabase>().InTransactionAsync<TierRun>(
            business, async session => await WantTierRun.ExecuteAsync(session, "request", "test", app.BusinessNow()), CancellationToken.None)).Value;
        var steps = app.Host.Services.GetRequiredService<RunTiers>();
        foreach (var partition in (await steps.BeginAsync(run, CancellationToken.None))!)
        {
            await steps.EvaluateAsync(partition, CancellationToken.None);
        }

        return run;
    }

    /// <returns>The run that is to follow; null where none is.</returns>
    public static async Task<TierRun?> EndTierRunAsync(this TestApp app, TierRun run) =>
        (await app.Host.Services.GetRequiredService<RunTiers>().CompleteAsync(run, CancellationToken.None)).Next;

    /// <summary>All that is stored of a business's tiers.</summary>
    public static Task<IReadOnlyList<string>> TierRowsAsync(this TestApp app, Guid business) => app.Database.QueryAsync<string>(
        """
        select s::text from tier_states s where business_id = @business
        union all select h::text from tier_changes h where business_id = @business
        union all select o::text from tier_overrides o where business_id = @business
        union all select c.id || c.loyalty_tier || c.tier_updated_at from customers c where business_id = @business
        union all select o.sequence || o.type from outbox o where business_id = @business and type like 'customers.tier.%'
        order by 1
        """,
        new { business });

    /// <summary>Each change begins where the one before ended, the last is what is held, and all were told of in their order.</summary>
    public static async Task AssertTierHistoryAsync(this TestApp app, Guid customer)
    {
        var changes = await app.Database.QueryAsync<(string From, string To, string Cause)>(
            "select from_tier, to_tier, cause from tier_changes where customer_id = @customer order by sequence", new { customer });
        Assert.Equal(changes.Select(change => change.From), changes.Select(change => change.To).Prepend("BRONZE").SkipLast(1));
        Assert.Equal(
            [changes.Select(change => change.To).LastOrDefault("BRONZE")],
            await app.Database.QueryAsync<string>("select loyalty_tier from customers where id = @customer", new { customer }));
        Assert.Equal(
            changes,
            await app.Database.QueryAsync<(string From, string To, string Cause)>(
                """
                select data->>'fromTier', data->>'toTier', data->>'cause' from outbox
                where customer_id = @customer and type like 'customers.tier.%'
                order by sequence
                """,
                new { customer }));
    }

    public static async Task<JsonObject> TierAsync(this TestApp app, Guid business, Guid customer) =>
        (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/tier")).Expect(200).Json;

    public static async Task<JsonArray> TierHistoryAsync(this TestApp app, Guid business, Guid customer) =>
        (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/tier/history")).Expect(200).Json["items"]!.AsArray();

    /// <summary>A change of a history in a few words: "BRONZE SILVER threshold".</summary>
    public static string Told(JsonNode? change) => $"{change!["fromTier"]} {change["toTier"]} {change["cause"]}";
}
