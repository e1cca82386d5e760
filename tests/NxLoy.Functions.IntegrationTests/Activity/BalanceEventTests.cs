using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>loyalty.balance.changed: the latest stands, all are kept.</summary>
public sealed class BalanceEventTests(TestApp app) : IClassFixture<TestApp>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task LatestStands_InWhateverOrderTheyCome()
    {
        var customer = (await app.CustomerAsync()).Id;

        Assert.Equal(["accepted", "accepted superseded"], (await TellAsync(At(customer, 2, 120), At(customer, 1, 100))).Outcomes());
        Assert.Equal(["accepted superseded"], (await TellAsync(At(customer, 0, 50))).Outcomes());
        Assert.Equal("120 2026-03-01 12:02", await PresentAsync(customer));
        Assert.Equal(["accepted"], (await TellAsync(At(customer, 3, -5))).Outcomes());

        Assert.Equal("-5 2026-03-01 12:03", await PresentAsync(customer));
        Assert.Equal(
            [50L, 100L, 120L, -5L],
            await app.Database.QueryAsync<long>("select balance from loyalty_balance_changes where customer_id = @customer order by occurred_at", new { customer }));
    }

    [Fact]
    public async Task SameChange_InAnotherEvent_IsADuplicate_AndAnotherAtTheSameInstantIsNot()
    {
        var customer = (await app.CustomerAsync()).Id;

        Assert.Equal(["accepted", "duplicate", "accepted"], (await TellAsync(At(customer, 1, 10), At(customer, 1, 10), At(customer, 1, 11))).Outcomes());
        Assert.Equal(["duplicate", "duplicate"], (await TellAsync(At(customer, 1, 11), At(customer, 1, 10))).Outcomes());

        Assert.Equal("11 2026-03-01 12:01", await PresentAsync(customer));
    }

    [Fact]
    public async Task QualifyingPoints_AreThoseOfTheLastChange_OrNone()
    {
        var customer = (await app.CustomerAsync()).Id;

        await TellAsync(Events.Balance(app.Business, customer, 10, Noon, qualifyingPoints: 400));
        Assert.Equal([400L], await app.Database.QueryAsync<long>("select qualifying_points from loyalty_balances where customer_id = @customer", new { customer }));
        await TellAsync(Events.Balance(app.Business, customer, 11, Noon.AddDays(1)));

        Assert.Equal([true], await app.Database.QueryAsync<bool>("select qualifying_points is null from loyalty_balances where customer_id = @customer", new { customer }));
    }

    [Fact]
    public async Task ManyCustomers_AreRecordedAtOnce_EachWithItsOwnOutcome()
    {
        var (first, second) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id);
        var foreign = (await app.CustomerAsync(business: app.OtherBusiness)).Id;

        var outcomes = (await TellAsync(
            At(second, 1, 7), Events.Balance(app.Business, foreign, 1, Noon), At(first, 1, 9),
            Events.Balance(app.Business, first, 1, DateTimeOffset.UtcNow.AddMinutes(6)), Events.Balance(app.Business, first, 1, new DateTimeOffset(1969, 12, 31, 0, 0, 0, TimeSpan.Zero)),
            Events.Balance(app.Business, Guid.NewGuid(), 1, Noon))).Outcomes();

        Assert.Equal(["accepted", "unlinked", "accepted", "rejected future_dated", "rejected invalid_time", "unlinked"], outcomes);
        Assert.Equal(("9 2026-03-01 12:01", "7 2026-03-01 12:01"), (await PresentAsync(first), await PresentAsync(second)));
    }

    [Fact]
    public async Task DeletedCustomers_PointsAreKeptAsEver()
    {
        var customer = (await app.CustomerAsync()).Id;
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        Assert.Equal(["accepted"], (await TellAsync(At(customer, 1, 10))).Outcomes());
        Assert.Equal("10 2026-03-01 12:01", await PresentAsync(customer));
    }

    [Fact]
    public async Task ManyAtOnce_LeaveTheLatest()
    {
        var customer = (await app.CustomerAsync()).Id;
        var events = Enumerable.Range(0, 120).Select(n => Events.Balance(app.Business, customer, n, Noon.AddMinutes(n))).ToArray();
        new Random(7).Shuffle(events);

        await Task.WhenAll(events.Chunk(10).Select(chunk => TellAsync(chunk)));

        Assert.Equal("119 2026-03-01 13:59", await PresentAsync(customer));
        Assert.Equal([120L], await app.Database.QueryAsync<long>("select count(*) from loyalty_balance_changes where customer_id = @customer", new { customer }));
    }

    [Fact]
    public async Task PointsThatReachAThreshold_LiftTheTierAtOnce()
    {
        var business = await app.GivenBusinessAsync();
        var points = (int needed) => new { pointsThreshold = needed, evaluationPeriod = "yearly" };
        await app.TiersAsync(business, new { thresholds = new { silver = points(100), gold = points(500), platinum = points(1000) } });
        var (first, second) = ((await app.CustomerAsync(business: business)).Id, (await app.CustomerAsync(business: business)).Id);

        await app.TellAsync(
            business, Events.Balance(business, first, 120, Noon), Events.Balance(business, second, 5000, Noon, qualifyingPoints: 500),
            Events.Balance(business, first, 9000, Noon.AddDays(-1)));

        Assert.Equal(("SILVER", "GOLD"), (await TierAsync(business, first), await TierAsync(business, second)));
        Assert.Equal(
            ["BRONZE SILVER threshold"],
            await app.Database.QueryAsync<string>("select from_tier || ' ' || to_tier || ' ' || cause from tier_changes where customer_id = @first", new { first }));
    }

    private async Task<string?> TierAsync(Guid business, Guid customer) =>
        (string?)(await app.AsOf(business, "owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["loyaltyTier"];

    private object At(Guid customer, int minute, long balance) => Events.Balance(app.Business, customer, balance, Noon.AddMinutes(minute));

    private Task<Answer> TellAsync(params object[] events) => app.TellAsync(app.Business, events);

    private async Task<string> PresentAsync(Guid customer) => Assert.Single(await app.Database.QueryAsync<string>(
        "select balance || ' ' || to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from loyalty_balances where customer_id = @customer", new { customer }));
}
