using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>businesses.business.changed: the business as its own module tells it.</summary>
public sealed class BusinessEventTests(TestApp app) : IClassFixture<TestApp>
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task UnknownBusiness_IsMadeByItsFirstEvent()
    {
        var business = Guid.CreateVersion7();
        Assert.Equal("not_found", (await app.TellAsync(business, Events.Sale(business, Guid.NewGuid()))).Expect(404).Problem);

        Assert.Equal(["accepted"], (await app.TellAsync(business, Events.Business(business, Monday, "Livraria Tejo", timeZone: "Europe/Lisbon", currency: "EUR", region: "PT"))).Outcomes());

        var profile = (await app.AsOf(business, "owner").GetAsync("/api/v1/business")).Expect(200).Json;
        Assert.Equal(
            ("Livraria Tejo", "ACTIVE", "Europe/Lisbon", "EUR", "PT", "opt_out"),
            ((string?)profile["name"], (string?)profile["status"], (string?)profile["timeZone"], (string?)profile["currency"], (string?)profile["defaultRegion"], (string?)profile["consentMode"]));
        (await app.AsOf(business, "owner").PostAsync("/api/v1/customers", new { email = Given.Email() })).Expect(201);
    }

    [Fact]
    public async Task CloseWithAVersionInItsType_ClosesLikeOneWithout()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        object[] events =
        [
            Events.Told("businesses.business.changed.v1", new { businessId = business, name = "A business", status = "CLOSED", timeZone = "UTC", currency = "USD", defaultRegion = "US", occurredAt = Monday }),
            Events.Sale(business, customer, at: Monday.AddSeconds(-1)), Events.Sale(business, customer, at: Monday.AddSeconds(1)),
        ];

        // The description knows no versions; the article does.
        var service = new ApiClient(app.Host.CreateClient(), TestApp.Token("service", [business]));
        Assert.Equal(["accepted", "accepted", "rejected business_closed"], (await service.PostAsync("/api/v1/events", Events.Batch(events))).Outcomes());
        Assert.Equal(["duplicate", "duplicate", "rejected business_closed"], (await service.PostAsync("/api/v1/events", Events.Batch(events))).Outcomes());
        Assert.Equal(
            ["businesses.business.changed", "transactions.transaction.completed", "transactions.transaction.completed"],
            await app.Database.QueryAsync<string>("select type from inbox where business_id = @business order by 1", new { business }));
    }

    [Fact]
    public async Task LatestStands_InWhateverOrderTheyCome()
    {
        var business = Guid.CreateVersion7();

        Assert.Equal(
            ["accepted", "accepted", "accepted"],
            (await app.TellAsync(business, Events.Business(business, Monday.AddDays(2), "C"), Events.Business(business, Monday, "A"), Events.Business(business, Monday.AddDays(1), "B"))).Outcomes());
        Assert.Equal("C", await NameAsync(business));

        Assert.Equal(["accepted superseded"], (await app.TellAsync(business, Events.Business(business, Monday.AddDays(1).AddHours(1), "B2"))).Outcomes());
        Assert.Equal(["accepted"], (await app.TellAsync(business, Events.Business(business, Monday.AddDays(3), "D"))).Outcomes());
        Assert.Equal("D", await NameAsync(business));
    }

    [Fact]
    public async Task SettingsOfTheOwner_AndTheirVersion_StayAsTheyAre()
    {
        var business = await app.GivenBusinessAsync();
        var owner = app.AsOf(business, "owner");
        var saved = (await owner.PutAsync("/api/v1/business", new { consentMode = "opt_in", defaultMargin = 0.4, acquisitionCost = 12.5, graceMonths = 2 })).Expect(200);

        await app.TellAsync(business, Events.Business(business, Monday, "Renamed"));

        var read = (await owner.GetAsync("/api/v1/business")).Expect(200);
        Assert.Equal(("Renamed", "opt_in", saved.ETag), ((string?)read.Json["name"], (string?)read.Json["consentMode"], read.ETag));
    }

    [Fact]
    public async Task Currency_IsFixedOnceThereIsATransaction()
    {
        var business = await app.GivenBusinessAsync();
        Assert.Equal(["accepted"], (await app.TellAsync(business, Events.Business(business, Monday, currency: "EUR"))).Outcomes());
        Assert.Equal(["accepted"], (await app.TellAsync(business, Events.Business(business, Monday.AddDays(1), currency: "USD"))).Outcomes());
        var customer = (await app.CustomerAsync(business: business)).Id;
        Assert.Equal(["accepted"], (await app.TellAsync(business, Events.Sale(business, customer))).Outcomes());

        Assert.Equal(
            ["rejected currency_fixed", "accepted"],
            (await app.TellAsync(business, Events.Business(business, Monday.AddDays(2), "X", currency: "EUR"), Events.Business(business, Monday.AddDays(3), "Y"))).Outcomes());

        Assert.Equal("Y", await NameAsync(business));
        Assert.Equal(["USD"], await app.Database.QueryAsync<string>("select currency from businesses where id = @business", new { business }));
    }

    [Fact]
    public async Task CurrencyAndFirstSaleAtOnce_NeverMixMoney()
    {
        for (var round = 0; round < 8; round++)
        {
            var business = await app.GivenBusinessAsync();
            var customer = (await app.CustomerAsync(business: business)).Id;

            await Task.WhenAll(
                Task.Run(() => app.TellAsync(business, Events.Sale(business, customer))),
                Task.Run(() => app.TellAsync(business, Events.Business(business, Monday, currency: "EUR"))));

            Assert.Empty(await app.Database.QueryAsync<string>(
                "select t.currency from transactions t join businesses b on b.id = t.business_id where b.id = @business and t.currency <> b.currency", new { business }));
        }
    }

    [Fact]
    public async Task Currency_OfABusinessThatHasSold_IsRefusedWithoutWaitingForItsCustomers()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        Assert.Equal(["accepted"], (await app.TellAsync(business, Events.Sale(business, customer))).Outcomes());
        await using var held = await HeldCustomer.HoldAsync(app.Database, customer);

        var answer = await app.TellAsync(business, Events.Business(business, Monday, currency: "EUR")).WaitAsync(Eventually.Patience);

        Assert.Equal(["rejected currency_fixed"], answer.Outcomes());
    }

    [Fact]
    public async Task ClosedBusiness_TakesNothingButItsReopening()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        var closing = Events.Business(business, Monday, status: "CLOSED");

        Assert.Equal(["rejected business_closed", "accepted"], (await app.TellAsync(business, Events.Sale(business, customer), closing)).Outcomes());
        Assert.Equal("business_closed", (await app.TellAsync(business, Events.Sale(business, customer))).Expect(409).Problem);
        Assert.Equal("business_closed", (await app.AsOf(business, "owner").PostAsync("/api/v1/customers", new { email = Given.Email() })).Expect(409).Problem);
        Assert.Equal(["duplicate"], (await app.TellAsync(business, closing)).Outcomes());

        Assert.Equal(
            ["accepted", "accepted"],
            (await app.TellAsync(business, Events.Sale(business, customer), Events.Business(business, Monday.AddDays(1)))).Outcomes());
    }

    [Fact]
    public async Task WhatHappenedBeforeTheClose_AndComesWithIt_Counts()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;

        Assert.Equal(
            ["accepted", "accepted", "rejected business_closed", "accepted"],
            (await app.TellAsync(
                business, Events.Business(business, Monday, status: "CLOSED"), Events.Sale(business, customer, at: Monday.AddSeconds(-1)),
                Events.Sale(business, customer, at: Monday), Events.Balance(business, customer, 5, Monday.AddHours(-1)))).Outcomes());
    }

    [Fact]
    public async Task BusinessThatIsToldOfForTheFirstTimeByItsClose_TakesNothingElse()
    {
        var business = Guid.CreateVersion7();

        Assert.Equal(
            ["accepted", "rejected business_closed"],
            (await app.TellAsync(business, Events.Business(business, Monday, status: "CLOSED"), Events.Sale(business, Guid.NewGuid(), at: Monday.AddSeconds(-1)))).Outcomes());
    }

    [Fact]
    public async Task AnotherBusinessOrTheFuture_IsRefused()
    {
        var business = await app.GivenBusinessAsync();

        Assert.Equal(
            ["rejected unknown_business", "rejected future_dated"],
            (await app.TellAsync(business, Events.Business(app.OtherBusiness, Monday, "Stolen"), Events.Business(business, DateTimeOffset.UtcNow.AddMinutes(6)))).Outcomes());
        Assert.NotEqual("Stolen", await NameAsync(app.OtherBusiness));
    }

    [Fact]
    public async Task FirstEventFromManySidesAtOnce_MakesOneBusiness_AndTheLatestStands()
    {
        var business = Guid.CreateVersion7();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => app.TellAsync(business, Events.Business(business, Monday.AddHours(n), $"Name {n}")))));

        Assert.All(answers.SelectMany(answer => answer.Outcomes()), outcome => Assert.StartsWith("accepted", outcome, StringComparison.Ordinal));
        Assert.Equal("Name 7", await NameAsync(business));
    }

    private async Task<string> NameAsync(Guid business) => (await app.Database.QueryAsync<string>("select name from businesses where id = @business", new { business }))[0];
}
