using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>What sales and refunds do to a customer's tier, and what is told of it.</summary>
public sealed class TierChangeTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task SaleThatReachesAThreshold_LiftsAtOnce_AndIsToldOf()
    {
        var (business, customer) = await app.BuyerAsync();

        await app.SellAsync(business, customer, 120);

        var tier = await app.TierAsync(business, customer);
        Assert.Equal(("SILVER", "SILVER"), ((string?)tier["loyaltyTier"], (string?)tier["ruledTier"]));
        Assert.Equal("""{"nextTier":"GOLD","percent":24,"match":"any","evaluationPeriod":"yearly","measures":[{"measure":"spending","has":120,"needs":500,"missing":380}]}""", tier["progress"]!.ToJsonString());
        Assert.Equal((null, null), (tier["grace"], tier["override"]));
        var change = Assert.Single(await app.TierHistoryAsync(business, customer))!;
        Assert.Equal(("BRONZE", "SILVER", "threshold", "system", 1L), ((string?)change["fromTier"], (string?)change["toTier"], (string?)change["cause"], (string?)change["actor"], (long)change["configurationVersion"]!));
        Assert.Equal("""[{"measure":"spending","has":120,"needs":100,"missing":0}]""", change["measures"]!["measures"]!.ToJsonString());
        Assert.Equal((string?)tier["since"], (string?)change["changedAt"]);
        var told = JsonNode.Parse(Assert.Single(await EventsAsync(customer)))!;
        Assert.Equal(
            ("customers.tier.upgraded", customer, business, "BRONZE", "SILVER", "threshold"),
            ((string?)told["type"], (Guid)told["data"]!["customerId"]!, (Guid)told["data"]!["businessId"]!, (string?)told["data"]!["fromTier"], (string?)told["data"]!["toTier"], (string?)told["data"]!["cause"]));
    }

    [Fact]
    public async Task Profile_ShowsTierProgressAndLoyalty()
    {
        var (business, customer) = await app.BuyerAsync();
        await app.SellAsync(business, customer, 600);
        await app.Database.QueryAsync<int>(
            "insert into loyalty_balances (customer_id, business_id, balance, qualifying_points, changed_by, occurred_at, updated_at) values (@customer, @business, 70, 300, 'till', now(), now())",
            new { customer, business });

        var profile = (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;

        Assert.Equal(("GOLD", 60, 70), ((string?)profile["loyaltyTier"], (int)profile["tierProgress"]!, (int)profile["loyalty"]!["points"]!));
        Assert.Equal((string?)profile["tierUpdatedAt"], (string?)profile["loyalty"]!["tierSince"]);
        Assert.Equal((null, null), (profile["loyalty"]!["grace"], profile["loyalty"]!["override"]));
    }

    [Fact]
    public async Task NewCustomer_HasTheTierThatAsksForNothing_AndARunFindsNothingToDo()
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business, Given.Tiers(silver: 0));
        await app.TierRunsSettledAsync();

        var customer = (await app.CustomerAsync(business: business)).Id;

        Assert.Equal("SILVER", (string?)(await app.TierAsync(business, customer))["loyaltyTier"]);
        Assert.Equal("threshold", (string?)Assert.Single(await app.TierHistoryAsync(business, customer))!["cause"]);
        var before = await app.TierRowsAsync(business);
        await app.EndTierRunAsync(await app.BeginTierRunAsync(business));
        Assert.Equal(before, await app.TierRowsAsync(business));
    }

    [Fact]
    public async Task SaleThatOnlyAddsUp_ChangesNothingAndWritesNoState()
    {
        var (business, customer) = await app.BuyerAsync();

        await app.SellAsync(business, customer, 99);

        Assert.Empty(await app.TierHistoryAsync(business, customer));
        Assert.Empty(await app.Database.QueryAsync<Guid>("select customer_id from tier_states where customer_id = @customer", new { customer }));
    }

    [Fact]
    public async Task VoidOfTheSaleThatLifted_TakesTheLiftBackAtOnce()
    {
        var (business, customer) = await app.BuyerAsync();
        await app.SellAsync(business, customer, 150);
        var lifting = await app.SellAsync(business, customer, 900);

        await app.ReverseAsync(business, customer, "voided", lifting, 900);

        Assert.Equal(["GOLD SILVER reversal", "SILVER GOLD threshold", "BRONZE SILVER threshold"], (await app.TierHistoryAsync(business, customer)).Select(GivenTiers.Told).Select(told => told.Replace("PLATINUM", "GOLD", StringComparison.Ordinal)));
        Assert.Contains("customers.tier.downgraded", (await EventsAsync(customer))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefundOfAnotherSale_StartsAGrace()
    {
        var (business, customer) = await app.BuyerAsync();
        var first = await app.SellAsync(business, customer, 99);
        await app.SellAsync(business, customer, 10);

        await app.ReverseAsync(business, customer, "refunded", first, 50);

        var tier = await app.TierAsync(business, customer);
        var today = DateOnly.FromDateTime(app.BusinessNow().UtcDateTime);
        Assert.Equal("SILVER", (string?)tier["loyaltyTier"]);
        Assert.Equal((today.ToString("O"), today.AddMonths(3).ToString("O")), ((string?)tier["grace"]!["from"], (string?)tier["grace"]!["until"]));
    }

    [Fact]
    public async Task SeveralSalesOfOneBatch_CountOneByOne()
    {
        var (business, customer) = await app.BuyerAsync();
        (await app.AsOf(business, "service").PostAsync(
            "/api/v1/events", Events.Batch(Events.Sale(business, customer, 60), Events.Sale(business, customer, 60), Events.Sale(business, customer, 400)))).Expect(200);

        Assert.Equal(["SILVER GOLD threshold", "BRONZE SILVER threshold"], (await app.TierHistoryAsync(business, customer)).Select(GivenTiers.Told));
    }

    // SILVER at 100: the second sale reaches it, in whatever batches the two came.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefundOfASaleThatDidNotLift_StartsAGrace_HoweverTheSalesCame(bool isOneBatch)
    {
        var (business, customer) = await app.BuyerAsync();
        object[] sales = [Events.Sale(business, customer, 60, "s1"), Events.Sale(business, customer, 60, "s2")];
        foreach (var batch in isOneBatch ? [sales] : sales.Chunk(1))
        {
            Assert.All((await app.TellAsync(business, batch)).Outcomes(), outcome => Assert.Equal("accepted", outcome));
        }

        await app.ReverseAsync(business, customer, "refunded", "s1", 60);

        var tier = await app.TierAsync(business, customer);
        Assert.Equal("SILVER", (string?)tier["loyaltyTier"]);
        Assert.NotNull(tier["grace"]);
    }

    [Fact]
    public async Task RefundThatIsAheadOfItsSaleInABatch_CountsRightAfterIt()
    {
        var (business, customer) = await app.BuyerAsync();

        await app.TellAsync(
            business,
            Events.Of("refunded", Events.Data(business, 60, "r1", customerId: customer, original: "s1")),
            Events.Sale(business, customer, 60, "s1"), Events.Sale(business, customer, 60, "s2"), Events.Sale(business, customer, 60, "s3"));

        Assert.Equal("""["s3"]""", (await app.Database.QueryAsync<string>("select steps->0->>'sales' from tier_states where customer_id = @customer", new { customer }))[0]);
    }

    [Fact]
    public async Task SaleAndItsVoidInOneBatch_AreALiftAndItsReversal()
    {
        var (business, customer) = await app.BuyerAsync();

        await app.TellAsync(
            business, Events.Sale(business, customer, 600, "s1"),
            Events.Of("voided", Events.Data(business, 600, "v1", customerId: customer, original: "s1")));

        Assert.Equal(["GOLD BRONZE reversal", "BRONZE GOLD threshold"], (await app.TierHistoryAsync(business, customer)).Select(GivenTiers.Told));
        await app.AssertTierHistoryAsync(customer);
    }

    [Fact]
    public async Task CustomerAndTheStaffsDoings_SeesThatItWasStaffButNotWhoNorWhy()
    {
        var (business, customer) = await app.BuyerAsync();
        await app.SellAsync(business, customer, 120);
        (await app.AsOf(business, "owner", "ada").PostAsync($"/api/v1/customers/{customer}/tier/override", new { tier = "GOLD", reason = "Complains a lot." })).Expect(200);
        var own = app.AsOf(business, "customer", customer.ToString());

        var (tier, history) = (await own.GetAsync($"/api/v1/customers/{customer}/tier"), await own.GetAsync($"/api/v1/customers/{customer}/tier/history"));

        Assert.Equal(("GOLD", "staff", null), ((string?)tier.Json["override"]!["tier"], (string?)tier.Json["override"]!["createdBy"], tier.Json["override"]!["reason"]));
        Assert.Equal(["staff ", "system "], history.Json["items"]!.AsArray().Select(change => $"{change!["actor"]} {change["reason"]}"));
        Assert.All([tier, history], answer => Assert.DoesNotContain("ada", answer.Text, StringComparison.Ordinal));
        Assert.Equal("ada", (string?)(await app.TierAsync(business, customer))["override"]!["createdBy"]);
    }

    [Fact]
    public async Task TwoBatchesAtOnceOnOneCustomer_AddUp()
    {
        var (business, customer) = await app.BuyerAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => app.SellAsync(business, customer, 100)));

        Assert.Equal(
            ["GOLD PLATINUM threshold", "SILVER GOLD threshold", "BRONZE SILVER threshold"],
            (await app.TierHistoryAsync(business, customer)).Select(GivenTiers.Told));
    }

    [Fact]
    public async Task TierAtAPastInstant_IsTheOneHeldThen()
    {
        var (business, customer) = await app.BuyerAsync();
        await app.SellAsync(business, customer, 120);
        var silver = (DateTimeOffset)(await app.TierHistoryAsync(business, customer))[0]!["changedAt"]!;
        await app.SellAsync(business, customer, 500);
        var gold = (DateTimeOffset)(await app.TierHistoryAsync(business, customer))[0]!["changedAt"]!;

        Assert.Equal("BRONZE", await AtAsync(silver.AddTicks(-10)));
        Assert.Equal("SILVER", await AtAsync(silver));
        Assert.Equal("SILVER", await AtAsync(gold.AddTicks(-10)));
        Assert.Equal("GOLD", await AtAsync(gold));
        Assert.Equal(["at before_creation"], (await AskAsync(silver.AddYears(-1))).Expect(400).Faults);
        Assert.Equal(["at in_the_future"], (await AskAsync(gold.AddYears(1))).Expect(400).Faults);

        Task<Answer> AskAsync(DateTimeOffset at) => app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/tier?at={at.UtcDateTime:O}");

        async Task<string?> AtAsync(DateTimeOffset at) => (string?)(await AskAsync(at)).Expect(200).Json["loyaltyTier"];
    }

    [Fact]
    public async Task TierOfAnErasedCustomer_IsNobodys()
    {
        var (business, customer) = await app.BuyerAsync();
        await app.EraseAsync(customer, business);

        (await app.AsOf(business, "compliance").GetAsync($"/api/v1/customers/{customer}/tier")).Expect(404);
    }

    [Fact]
    public async Task History_ByPages_IsAllThereOnce()
    {
        var (business, customer) = await app.BuyerAsync();
        foreach (var tier in new[] { "SILVER", "GOLD", "PLATINUM", "BRONZE", "GOLD" })
        {
            (await app.AsOf(business, "owner").PostAsync($"/api/v1/customers/{customer}/tier/override", new { tier, reason = "To see." })).Expect(200);
        }

        List<string> tiers = [];
        for (JsonNode? cursor = null; tiers.Count == 0 || cursor is not null;)
        {
            var page = (await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/tier/history?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).Expect(200).Json;
            tiers.AddRange(page["items"]!.AsArray().Select(change => (string)change!["toTier"]!));
            cursor = page["nextCursor"];
        }

        Assert.Equal(["GOLD", "BRONZE", "PLATINUM", "GOLD", "SILVER"], tiers);
    }

    private Task<IReadOnlyList<string>> EventsAsync(Guid customer) => app.Database.QueryAsync<string>(
        "select json_build_object('type', type, 'data', data)::text from outbox where customer_id = @customer and type like 'customers.tier.%' order by sequence",
        new { customer });
}
