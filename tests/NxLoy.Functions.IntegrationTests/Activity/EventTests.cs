using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

public sealed class EventTests(TestApp app) : IClassFixture<TestApp>
{
    private static int counter;

    [Fact]
    public async Task Sales_ShowInTheProfilesFigures()
    {
        var customer = (await app.CustomerAsync()).Id;
        var last = DateTimeOffset.UtcNow.AddDays(-95);

        var outcomes = (await PostAsync(Sale(customer, 10.01m, at: last.AddDays(-40)), Sale(customer, 5, at: last))).Outcomes();

        Assert.Equal(["accepted", "accepted"], outcomes);
        var profile = await ProfileAsync(customer);
        Assert.Equal(15.01m, (decimal?)profile["totalSpent"]);
        Assert.Equal(2, (int?)profile["visitCount"]);
        Assert.Equal(7.51m, (decimal?)profile["avgOrderValue"]);
        Assert.Equal(last.ToUnixTimeSeconds(), ((DateTimeOffset?)profile["lastVisit"])?.ToUnixTimeSeconds());
        Assert.Equal(95, (int?)profile["daysSinceLastVisit"]);
        Assert.True((bool?)profile["isAtRisk"]);
    }

    [Fact]
    public async Task OneEvent_IsAnsweredWithItsId()
    {
        var sale = Events.Of("completed", Data(10, customer: (await app.CustomerAsync()).Id), id: "till-7/4711");

        var answer = (await app.As("service").PostAsync("/api/v1/events", Events.One(sale))).Expect(200);

        Assert.Equal("""{"results":[{"id":"till-7/4711","status":"accepted"}]}""", answer.Text);
    }

    [Fact]
    public async Task Customer_IsFoundByEachOfItsNames()
    {
        var (externalId, email) = ($"No. {Interlocked.Increment(ref counter)}", Given.Email());
        var customer = await app.CustomerAsync(email, externalId: externalId, phone: "+1 201 555 0177");

        var outcomes = (await PostAsync(
            Sale(customer.Id, 1),
            Events.Of("completed", Events.Data(app.Business, 2, Id(), externalId: externalId)),
            Events.Of("completed", Events.Data(app.Business, 4, Id(), email: $" {email.ToUpperInvariant()}")),
            Events.Of("completed", Events.Data(app.Business, 8, Id(), phone: "(201) 555-0177")))).Outcomes();

        Assert.Equal(["accepted", "accepted", "accepted", "accepted"], outcomes);
        Assert.Equal(15m, (decimal?)(await ProfileAsync(customer.Id))["totalSpent"]);
    }

    [Fact]
    public async Task WhoMatchesNobody_IsUnlinkedUntilThereIsSuchACustomer()
    {
        var email = Given.Email();
        var foreign = (await app.CustomerAsync(business: app.OtherBusiness)).Id;
        object[] events =
        [
            Events.Of("completed", Events.Data(app.Business, 3, Id(), email: email)),
            Events.Of("completed", Events.Data(app.Business, 3, Id(), phone: "12")),
            Sale(foreign, 3),
        ];

        Assert.Equal(["unlinked", "unlinked", "unlinked"], (await PostAsync(events)).Outcomes());
        var customer = (await app.CustomerAsync(email)).Id;

        Assert.Equal(["accepted", "unlinked", "unlinked"], (await PostAsync(events)).Outcomes());
        Assert.Equal(3m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task DeletedCustomer_IsStillFoundByItsEmail_UnlessSomebodyElseHasItNow()
    {
        var email = Given.Email();
        var deleted = (await app.CustomerAsync(email)).Id;
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{deleted}")).Expect(202);

        Assert.Equal(["accepted"], (await PostAsync(Events.Of("completed", Events.Data(app.Business, 3, Id(), email: email)))).Outcomes());
        var successor = (await app.CustomerAsync(email)).Id;
        Assert.Equal(["accepted"], (await PostAsync(Events.Of("completed", Events.Data(app.Business, 5, Id(), email: email)))).Outcomes());

        Assert.Equal(5m, (decimal?)(await ProfileAsync(successor))["totalSpent"]);
        Assert.Equal([3m], await app.Database.QueryAsync<decimal>("select total_spent from customer_metrics where customer_id = @deleted", new { deleted }));
    }

    [Fact]
    public async Task BatchSentAgain_IsDuplicateAndChangesNothing()
    {
        var customer = (await app.CustomerAsync()).Id;
        var (sale, wrong) = (Sale(customer, 10), Events.Of("completed", Data(0.00001m, customer)));
        Assert.Equal(["accepted", "duplicate", "rejected invalid_amount"], (await PostAsync(sale, sale, wrong)).Outcomes());
        var before = await ProfileAsync(customer);

        var again = (await PostAsync(sale, sale, wrong)).Outcomes();

        Assert.Equal(["duplicate", "duplicate", "rejected invalid_amount"], again);
        Assert.Equal(before.ToJsonString(), (await ProfileAsync(customer)).ToJsonString());
    }

    [Fact]
    public async Task SameEventIdWithOtherData_HasNoSecondEffect()
    {
        var customer = (await app.CustomerAsync()).Id;
        var id = Guid.NewGuid().ToString();
        await PostAsync(Events.Of("completed", Data(10, customer), id));

        Assert.Equal(["duplicate"], (await PostAsync(Events.Of("completed", Data(7, customer), id))).Outcomes());
        Assert.Equal(10m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task SameTransactionInAnotherEvent_IsADuplicate()
    {
        var customer = (await app.CustomerAsync()).Id;
        var data = Data(10, customer);

        Assert.Equal(["accepted", "duplicate"], (await PostAsync(Events.Of("completed", data), Events.Of("completed", data))).Outcomes());
    }

    [Fact]
    public async Task RefundBeforeItsSale_IsToBeSentAgainAndThenCounts()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Id();
        var refund = Events.Of("refunded", Events.Data(app.Business, 4, Id(), customerId: customer, original: sale));

        Assert.Equal(["retry sale_not_arrived"], (await PostAsync(refund)).Outcomes());
        Assert.Equal(["accepted"], (await PostAsync(Sale(customer, 10, sale))).Outcomes());
        Assert.Equal(["accepted"], (await PostAsync(refund)).Outcomes());
        Assert.Equal(["duplicate"], (await PostAsync(refund)).Outcomes());

        Assert.Equal(6m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task RefundsAndVoids_TakeBackMoneyAndVisits()
    {
        var customer = (await app.CustomerAsync()).Id;
        var (kept, voided) = (Id(), Id());

        var outcomes = (await PostAsync(
            Events.Of("voided", Events.Data(app.Business, 30, Id(), customerId: customer, original: voided)),
            Events.Of("refunded", Events.Data(app.Business, 4, Id(), customerId: customer, original: kept)),
            Sale(customer, 10, kept), Sale(customer, 30, voided),
            Events.Of("refunded", Events.Data(app.Business, 7, Id(), customerId: customer, original: kept)))).Outcomes();

        Assert.Equal(["accepted", "accepted", "accepted", "accepted", "rejected refund_exceeds_sale"], outcomes);
        var profile = await ProfileAsync(customer);
        Assert.Equal(6m, (decimal?)profile["totalSpent"]);
        Assert.Equal(1, (int?)profile["visitCount"]);
    }

    // The till names the customer as it was known when it bought.
    [Theory]
    [InlineData("renamed")]
    [InlineData("renamed, and another has its email")]
    [InlineData("erased")]
    public async Task RefundByAnEmailThatIsNoLongerTheBuyers_IsTheBuyers(string meanwhile)
    {
        var (email, sale) = (Given.Email(), Id());
        var buyer = (await app.CustomerAsync(email)).Id;
        Assert.Equal(["accepted"], (await PostAsync(Events.Of("completed", Events.Data(app.Business, 10, sale, email: email)))).Outcomes());
        if (meanwhile == "erased")
        {
            await app.EraseAsync(buyer);
        }
        else
        {
            (await app.As("owner").PatchAsync($"/api/v1/customers/{buyer}", new { email = Given.Email() })).Expect(200);
        }

        var another = meanwhile.Contains("another", StringComparison.Ordinal) ? (await app.CustomerAsync(email)).Id : Guid.Empty;

        Assert.Equal(["accepted"], (await PostAsync(Events.Of("refunded", Events.Data(app.Business, 4, Id(), email: email, original: sale)))).Outcomes());
        Assert.Equal([6m], await app.Database.QueryAsync<decimal>("select total_spent from customer_metrics where customer_id = @buyer", new { buyer }));
        Assert.All(await app.Database.QueryAsync<decimal>("select total_spent from customer_metrics where customer_id = @another", new { another }), spent => Assert.Equal(0, spent));
    }

    [Fact]
    public async Task RefundAndItsSaleInOneBatch_BothByEmail_AreOneCustomers()
    {
        var email = Given.Email();
        var (customer, sale) = ((await app.CustomerAsync(email, phone: "+1 201 555 0188")).Id, Id());

        var outcomes = (await PostAsync(
            Events.Of("refunded", Events.Data(app.Business, 4, Id(), phone: "+1 201 555 0100", original: sale)),
            Events.Of("completed", Events.Data(app.Business, 10, sale, email: email)))).Outcomes();

        Assert.Equal(["accepted", "accepted"], outcomes);
        Assert.Equal(6m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task RefundByTheIdOfAnotherCustomer_IsRefusedAsBefore()
    {
        var (buyer, other, sale) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id, Id());

        var outcomes = (await PostAsync(
            Sale(buyer, 10, sale), Events.Of("refunded", Events.Data(app.Business, 4, Id(), customerId: other, original: sale)))).Outcomes();

        Assert.Equal(["accepted", "rejected customer_mismatch"], outcomes);
    }

    [Fact]
    public async Task Refusals_StandBesideWhatIsAccepted()
    {
        var customer = (await app.CustomerAsync()).Id;

        var answer = await Undescribed(app.Business).PostAsync("/api/v1/events", Events.Batch(
            new { specversion = "1.0", id = "x", source = "/tests", type = "weather.changed", data = new { } },
            Events.Of("completed", Events.Data(app.OtherBusiness, 1, Id(), customerId: customer)),
            "no event",
            Events.Of("completed", new { businessId = app.Business }),
            Sale(customer, 2)));

        Assert.Equal(["rejected unknown_type", "rejected unknown_business", "rejected invalid_event", "rejected invalid_data", "accepted"], answer.Outcomes());
        Assert.Contains("/data/amount is needed.", (string?)answer.Json["results"]![3]!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfBothBusinesses_SpeaksForTheOneItChooses()
    {
        var customer = (await app.CustomerAsync()).Id;
        var both = app.WithToken(TestApp.Token("service", [app.Business, app.OtherBusiness]));

        var here = await both.PostAsync("/api/v1/events", Events.Batch(Sale(customer, 1)), ("X-Business-Id", app.Business.ToString()));
        var there = await both.PostAsync("/api/v1/events", Events.Batch(Sale(customer, 1)), ("X-Business-Id", app.OtherBusiness.ToString()));

        Assert.Equal(["accepted"], here.Outcomes());
        Assert.Equal(["rejected unknown_business"], there.Outcomes());
    }

    [Fact]
    public async Task Inbox_KeepsIdTypeTimeAndOutcomeOfTheLastAttempt()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        var (refund, sale) = (Events.Of("refunded", Events.Data(business, 1, "r", customerId: customer, original: "s"), "b"), Events.Of("completed", Events.Data(business, 1, "s", customerId: customer), "a"));
        var service = Undescribed(business);
        await service.PostAsync("/api/v1/events", Events.Batch(refund, Events.Of("completed", new { businessId = business }, "c"), new { id = 1 }));
        await service.PostAsync("/api/v1/events", Events.Batch(sale));
        await service.PostAsync("/api/v1/events", Events.Batch(refund));

        Assert.Equal(
            ["a completed accepted ", "b refunded accepted ", "c completed rejected invalid_data"],
            await app.Database.QueryAsync<string>(
                """
                select event_id || ' ' || split_part(type, '.', 3) || ' ' || outcome || ' ' || coalesce(code, '')
                from inbox where business_id = @business order by event_id
                """,
                new { business }));
    }

    [Fact]
    public async Task SameBatchFromTwoSidesAtOnce_IsAcceptedOnce()
    {
        var customers = new[] { (await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id };
        var events = Enumerable.Range(0, 200).Select(n => Sale(customers[n % 2], 1)).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => PostAsync(n % 2 == 0 ? events : [.. events.Reverse()])));

        Assert.Equal(200, answers.Sum(answer => answer.Outcomes().Count(outcome => outcome == "accepted")));
        Assert.Equal(100m, (decimal?)(await ProfileAsync(customers[0]))["totalSpent"]);
    }

    [Fact]
    public async Task ThousandEvents_AreTakenAtOnce()
    {
        var customer = (await app.CustomerAsync()).Id;

        Assert.All((await PostAsync([.. Enumerable.Range(0, 1000).Select(_ => Sale(customer, 1))])).Outcomes(), outcome => Assert.Equal("accepted", outcome));
        Assert.Equal(1000, (int?)(await ProfileAsync(customer))["visitCount"]);
    }

    [Fact]
    public async Task ClosedBusiness_TakesNone()
    {
        var business = await app.GivenBusinessAsync(status: "CLOSED");

        Assert.Equal("business_closed", (await app.AsOf(business, "service").PostAsync("/api/v1/events", Events.Batch())).Expect(409).Problem);
    }

    /// <summary>Sends what no description allows: in a batch each event is judged by itself.</summary>
    private ApiClient Undescribed(Guid business) => new(app.Host.CreateClient(), TestApp.Token("service", [business]));

    private Task<Answer> PostAsync(params object[] events) => app.As("service").PostAsync("/api/v1/events", Events.Batch(events));

    private async Task<JsonObject> ProfileAsync(Guid customer) => (await app.As("owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;

    private static string Id() => Guid.NewGuid().ToString();

    private object Sale(Guid customer, decimal amount, string? transactionId = null, DateTimeOffset? at = null) =>
        Events.Sale(app.Business, customer, amount, transactionId, at);

    private Dictionary<string, object> Data(decimal amount, Guid customer) => Events.Data(app.Business, amount, Id(), customerId: customer);
}
