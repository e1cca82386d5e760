using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>What thresholds would change, before anybody sets them.</summary>
public sealed class TierSimulationTests : IAsyncLifetime
{
    private readonly TestApp app = new() { RunsTiers = true };

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Simulation_TellsWhatThenHappens_AndSavesNothing()
    {
        await app.TiersAsync(app.Business, Given.Tiers(100, 300, 1000));
        List<Guid> customers = [];
        foreach (var spent in new[] { 20, 90, 120, 250, 320, 600, 1500 })
        {
            customers.Add(await app.BoughtAsync(spent));
        }

        await app.TierRunsSettledAsync();
        var before = await StoredAsync();

        var simulated = (await app.As("owner").PostAsync("/api/v1/tiers/simulate", Given.TierThresholds(50, 400, 500))).Expect(200).Json;
        Assert.Equal(before, await StoredAsync());
        await app.TiersAsync(app.Business, Given.Tiers(50, 400, 500));
        await app.TierRunsSettledAsync();

        Assert.Equal(
            """[{"fromTier":"BRONZE","toTier":"BRONZE","customers":1},{"fromTier":"BRONZE","toTier":"SILVER","customers":1},{"fromTier":"SILVER","toTier":"SILVER","customers":2},{"fromTier":"GOLD","toTier":"GOLD","customers":1},{"fromTier":"GOLD","toTier":"PLATINUM","customers":1},{"fromTier":"PLATINUM","toTier":"PLATINUM","customers":1}]""",
            simulated["moves"]!.ToJsonString());
        Assert.Equal((7, 1), ((int)simulated["customers"]!, (int)simulated["graceBegins"]!));
        foreach (var item in simulated["items"]!.AsArray())
        {
            var tier = await app.TierAsync(app.Business, (Guid)item!["customerId"]!);
            Assert.Equal(((string?)item["toTier"], (string?)item["graceUntil"]), ((string?)tier["loyaltyTier"], (string?)tier["grace"]?["until"]));
        }

        Assert.Equal(3, simulated["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Simulation_ByPages_NamesEverybodyOnce()
    {
        HashSet<Guid> customers = [];
        for (var n = 0; n < 5; n++)
        {
            customers.Add(await app.BoughtAsync(120));
        }

        List<Guid> named = [];
        JsonNode? cursor = null;
        do
        {
            var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(Given.TierThresholds()))!.AsObject();
            body["limit"] = 2;
            body["cursor"] = cursor?.DeepClone();
            var page = (await app.As("owner").PostAsync("/api/v1/tiers/simulate", body.ToJsonString())).Expect(200).Json;
            Assert.Equal(cursor is null, page["moves"] is not null);
            named.AddRange(page["items"]!.AsArray().Select(item => (Guid)item!["customerId"]!));
            cursor = page["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(customers.Order(), named);
    }

    private async Task<string> StoredAsync() => string.Join('\n', await app.Database.QueryAsync<string>(
        """
        select s::text from tier_states s union all select h::text from tier_changes h union all select r::text from tier_runs r
        union all select a::text from tier_config_audits a union all select c.id || c.loyalty_tier from customers c order by 1
        """));
}
