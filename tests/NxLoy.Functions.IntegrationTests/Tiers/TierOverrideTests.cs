using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>Tiers that owners give by hand.</summary>
public sealed class TierOverrideTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task Override_StandsAboveTheRules_UntilItIsTakenOff()
    {
        var (business, customer) = await app.BuyerAsync();
        var owner = app.AsOf(business, "owner", "ada");

        var set = (await owner.PostAsync($"/api/v1/customers/{customer}/tier/override", new { tier = "PLATINUM", reason = "A friend of the house." })).Expect(200).Json;
        await app.SellAsync(business, customer, 120);
        var held = await app.TierAsync(business, customer);
        (await owner.DeleteAsync($"/api/v1/customers/{customer}/tier/override", new { reason = "Moved away." }, ifMatch: null)).Expect(204);

        Assert.Equal(("PLATINUM", "A friend of the house.", "ada"), ((string?)set["override"]!["tier"], (string?)set["override"]!["reason"], (string?)set["override"]!["createdBy"]));
        Assert.Equal(("PLATINUM", "SILVER", null), ((string?)held["loyaltyTier"], (string?)held["ruledTier"], held["progress"]));
        var history = await app.TierHistoryAsync(business, customer);
        Assert.Equal(["PLATINUM SILVER override", "BRONZE PLATINUM override"], history.Select(GivenTiers.Told));
        Assert.Equal(("ada", "Moved away."), ((string?)history[0]!["actor"], (string?)history[0]!["reason"]));
        (await owner.DeleteAsync($"/api/v1/customers/{customer}/tier/override", ifMatch: null)).Expect(204);
    }

    [Fact]
    public async Task OverrideSentAgainWithItsKey_IsNotSetOnceMore()
    {
        var (business, customer) = await app.BuyerAsync();
        var (path, key) = ($"/api/v1/customers/{customer}/tier/override", ("Idempotency-Key", Guid.NewGuid().ToString()));
        var owner = app.AsOf(business, "owner");
        (await owner.PostAsync(path, new { tier = "GOLD", reason = "Once." }, key)).Expect(200);
        (await owner.DeleteAsync(path, ifMatch: null)).Expect(204);

        var again = (await owner.PostAsync(path, new { tier = "GOLD", reason = "Once." }, key)).Expect(200).Json;
        var reused = (await owner.PostAsync(path, new { tier = "SILVER", reason = "Once." }, key)).Expect(422);

        Assert.Equal(("BRONZE", null), ((string?)again["loyaltyTier"], again["override"]));
        Assert.Equal("idempotency_key_reused", reused.Problem);
        Assert.Equal(2, (await app.TierHistoryAsync(business, customer)).Count);
    }

    [Fact]
    public async Task Override_ThatIsOverAlready_IsRefused()
    {
        var (business, customer) = await app.BuyerAsync();

        var refused = (await app.AsOf(business, "owner").PostAsync($"/api/v1/customers/{customer}/tier/override", new { tier = "GOLD", reason = "Late.", lastDay = "2020-01-01" })).Expect(400);

        Assert.Equal(["/lastDay in_the_past"], refused.Faults);
    }

    [Fact]
    public async Task Override_UntilTheEndOfTheCalendar_IsOneWithoutAnEnd()
    {
        var (business, customer) = await app.BuyerAsync();

        (await app.AsOf(business, "owner").PostAsync($"/api/v1/customers/{customer}/tier/override", new { tier = "GOLD", reason = "For ever.", lastDay = "9999-12-31" })).Expect(200);

        var profile = (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;
        Assert.Equal(("GOLD", null), ((string?)profile["loyaltyTier"], profile["loyalty"]!["override"]!["lastDay"]));
    }

    [Fact]
    public async Task TierGivenAtCreation_IsAnOverride()
    {
        var business = await app.GivenBusinessAsync();
        var made = (await app.AsOf(business, "owner").PostAsync("/api/v1/customers", new { email = Given.Email(), loyaltyTier = "GOLD" })).Expect(201);

        Assert.Equal(("GOLD", "GOLD", null), ((string?)made.Json["loyaltyTier"], (string?)made.Json["loyalty"]!["override"]!["tier"], made.Json["tierProgress"]));
        Assert.Equal(["BRONZE GOLD initial"], (await app.TierHistoryAsync(business, made.Id)).Select(GivenTiers.Told));
    }
}
