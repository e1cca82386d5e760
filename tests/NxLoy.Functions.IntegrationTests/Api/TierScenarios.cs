using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.IntegrationTests.Api.Scenarios;

namespace NxLoy.Functions.IntegrationTests.Api;

/// <summary>Of the operations on tiers.</summary>
internal static class TierScenarios
{
    public static Dictionary<string, Scenario> All { get; } = new()
    {
        ["GetTierConfiguration"] = new("/api/v1/tiers/configuration"),
        ["PutTierConfiguration"] = new(async stage =>
        {
            await stage.App.TiersAsync(stage.Business);
            return new Call("/api/v1/tiers/configuration", Given.Tiers(silver: 50));
        }),
        ["GetTierAudits"] = new(async stage =>
        {
            await stage.App.TiersAsync(stage.Business);
            return new Call("/api/v1/tiers/audits");
        }),
        ["PostTierRecalculation"] = new("/api/v1/tiers/recalculate"),
        ["GetTierRecalculation"] = new(async stage =>
            new Call($"/api/v1/tiers/recalculations/{(await stage.As("owner").PostAsync("/api/v1/tiers/recalculate")).Expect(202).Id}")),
        ["PostTierSimulation"] = new(async stage =>
        {
            await HeldByHandAsync(stage);
            await stage.CustomerAsync(); // who would move
            return new Call("/api/v1/tiers/simulate", Given.TierThresholds(silver: 0));
        })
        {
            Problems =
            {
                ["invalid_cursor"] = _ => Task.FromResult(new Call("/api/v1/tiers/simulate", Given.TierThresholds(cursor: "made-up"))),
            },
        },
        ["GetTier"] = new(async stage => new Call(PathOf(await stage.CustomerAsync()) + "/tier")),
        ["GetTierHistory"] = new(async stage => new Call(PathOf(await HeldByHandAsync(stage)) + "/tier/history")),
        ["PostTierOverride"] = new(async stage => new Call(
            PathOf(await stage.CustomerAsync()) + "/tier/override", new { tier = "GOLD", reason = $"A friend of the house {Guid.NewGuid():N}.", lastDay = "2099-12-31" })),
        ["DeleteTierOverride"] = new(async stage => new Call(PathOf(await HeldByHandAsync(stage)) + "/tier/override", new { reason = "Moved away." })),
    };

    private static async Task<Answer> HeldByHandAsync(Stage stage)
    {
        var customer = await stage.CustomerAsync();
        (await stage.As("owner").PostAsync(PathOf(customer) + "/tier/override", new { tier = "SILVER", reason = "A regular." })).Expect(200);
        return customer;
    }
}
