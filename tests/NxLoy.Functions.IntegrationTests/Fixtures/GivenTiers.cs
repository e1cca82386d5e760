using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Embedded;

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

    public static async Task<JsonObject> TierAsync(this TestApp app, Guid business, Guid customer) =>
        (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/tier")).Expect(200).Json;

    public static async Task<JsonArray> TierHistoryAsync(this TestApp app, Guid business, Guid customer) =>
        (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/tier/history")).Expect(200).Json["items"]!.AsArray();
}
