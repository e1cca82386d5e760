using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>An erasure from its request to its certificate, with the clock moved: nothing of the person is left anywhere.</summary>
public sealed class EraseTests : IAsyncLifetime
{
    private readonly BusApp app = BusApp.Filing();

    public Task InitializeAsync() => app.InitializeAsync();

    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    [Fact]
    public async Task PersonWhoseIdentifiersAreEverywhere_IsNowhereAfterwards_AndEveryFigureStays()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var bystander = (await app.CustomerAsync(firstName: "By", lastName: "Stander")).Id;
        var figures = await FiguresAsync();
        var neighbours = await RowsOfOthersAsync(person.Id, bystander);
        Assert.NotEmpty(await Traces.OfAsync(app, [person.Email]));

        var erasure = await app.ErasureAsync(person.Id, body: new { reason = $"Asked by {person.FullName}, {person.Email}" });
        (await app.As("compliance").PostAsync($"/api/v1/erasures/{erasure.Id}/approve")).Expect(200);
        await AdvanceAsync(24);
        Assert.Equal("APPROVED", await StatusAsync(erasure.Id));
        await AdvanceAsync(2);
        await CompletedAsync(erasure.Id);

        Assert.Empty(await Traces.OfAsync(app, [.. person.Identifiers, person.FullName]));
        Assert.Equal(figures, await FiguresAsync());
        Assert.Equal(neighbours, await RowsOfOthersAsync(person.Id, bystander));
        Assert.Equal(
            "Knows [erased] and [erased]; call [erased], [erased], [erased].",
            (await app.Database.QueryAsync<string>("select body from customer_notes where business_id = @Business", new { app.Business })).Single());
        Assert.Equal(
            ["customers.customer.deleted"],
            await app.Database.QueryAsync<string>("select type from outbox where customer_id = @Id", new { person.Id }));
    }

    [Fact]
    public async Task ErasedCustomer_LeavesATombstone_ThatOnlyComplianceSees()
    {
        var person = await KnownPerson.EverywhereAsync(app);

        await app.EraseAsync(person.Id);

        (await app.As("owner").GetAsync($"/api/v1/customers/{person.Id}")).Expect(404);
        var tombstone = (await app.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Expect(200).Json;
        Assert.Matches("^erased-[0-9a-f]{32}@erased.invalid$", (string)tombstone["email"]!);
        Assert.All((string[])["phone", "firstName", "lastName", "fullName", "dateOfBirth", "telegramChatId", "externalId"], name => Assert.Null(tombstone[name]));
        Assert.Equal((25m, 1), ((decimal)tombstone["totalSpent"]!, (int)tombstone["visitCount"]!));
        Assert.Empty(tombstone["tags"]!.AsArray());
        Assert.Equal(
            [false],
            await app.Database.QueryAsync<bool>(
                """
                select email_marketing or sms_marketing or push_notifications or loyalty_updates or transaction_receipts or promotional_offers
                    or survey_invitations or newsletter_subscription or timezone is not null
                from customer_communication_preferences where customer_id = @Id
                """,
                new { person.Id }));
    }

    [Fact]
    public async Task EventSentAgainAfterwards_IsStillADuplicate_AndBringsNothingBack()
    {
        var (person, service) = (await KnownPerson.EverywhereAsync(app), app.As("service"));
        object[] items = [new { product = $"Gift for {person.FullName}", quantity = 1, unitPrice = 40 }];
        var sale = Events.Of("completed", Events.Data(app.Business, 40, $"sale-{person.Email}", customerId: person.Id, items: items));
        await app.EraseAsync(person.Id);
        var figures = await FiguresAsync();

        Assert.Equal(["duplicate"], (await service.PostAsync("/api/v1/events", Events.One(sale))).Outcomes());
        Assert.Equal(figures, await FiguresAsync());

        // A refund of it still finds its sale, and what is new is kept as id and figure.
        Assert.Equal(["accepted", "accepted", "duplicate"], (await service.PostAsync("/api/v1/events", Events.Batch(
            Events.Of("refunded", Events.Data(app.Business, 5, $"refund2-{person.Email}", customerId: person.Id, original: $"sale-{person.Email}")),
            Events.Of("completed", Events.Data(app.Business, 9, $"new {person.Phone}", customerId: person.Id, items: items)),
            Events.Of("completed", Events.Data(app.Business, 9, $"new {person.Phone}", customerId: person.Id, items: items))))).Outcomes());
        Assert.Empty(await Traces.OfAsync(app, [.. person.Identifiers, person.FullName]));
        Assert.Equal(29, (decimal)(await app.As("compliance").GetAsync($"/api/v1/customers/{person.Id}")).Json["totalSpent"]!);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("100234")]
    [InlineData("PLATINUM")]
    [InlineData("profile")]
    public async Task NumberOrWordAsExternalId_IsErased_AndWhatOnlyLooksLikeItStays(string externalId)
    {
        var customer = (await app.CustomerAsync(externalId: externalId, firstName: "Ann", lastName: "Lee")).Id;
        var other = (await app.CustomerAsync()).Id;
        object[] items = [new { product = $"Symphony No. {externalId}", category = externalId, quantity = 1, unitPrice = 1 }];
        (await app.As("service").PostAsync("/api/v1/events", Events.Batch(
            Events.Of("completed", Events.Data(app.Business, 1, externalId, customerId: other, items: items)),
            Events.Of("completed", Events.Data(app.Business, 2, $"own {externalId}", customerId: customer))))).Expect(200);
        await app.Database.QueryAsync<int>(
            """
            insert into tier_changes (id, business_id, customer_id, from_tier, to_tier, cause, measures, actor, changed_at)
            select gen_random_uuid(), @Business, c, 'BRONZE', 'PLATINUM', 'threshold', jsonb_build_object('spend', 100234, 'visits', 1, 'tier', 'PLATINUM'), 'system', now()
            from unnest(array[@customer, @other]) c
            """,
            new { app.Business, customer, other });
        var (figures, others) = (await FiguresAsync(), await OthersAsync(other));

        await app.EraseAsync(customer);

        Assert.Equal(figures, await FiguresAsync());
        Assert.Equal(others, await OthersAsync(other));
        Assert.Null((await app.As("compliance").GetAsync($"/api/v1/customers/{customer}")).Json["externalId"]);
    }

    [Fact]
    public async Task TextsAtTheirLimit_AndLinesWithinJson_AreRepairedToo()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var friend = (await app.Database.QueryAsync<Guid>("select id from customers where referred_by = @Id", new { person.Id })).Single();
        var tag = $"{person.TelegramId} {new string('x', 50)}"[..50];
        (await app.As("owner").SendAsync(HttpMethod.Put, $"/api/v1/customers/{friend}/tags/{Uri.EscapeDataString(tag)}")).Expect(204);
        (await app.As("owner").PostAsync($"/api/v1/customers/{friend}/notes", new { body = $"{person.ReferralCode} {new string('x', 5000)}"[..5000] })).Expect(201);
        await app.Database.QueryAsync<int>(
            "insert into customer_segments (id, business_id, name, criteria, created_at, updated_at) values (gen_random_uuid(), @Business, 'lines', jsonb_build_object('a', 'Contact:' || chr(10) || @Email || chr(9), @Email, array[@Email]), now(), now())",
            new { app.Business, person.Email });

        await app.EraseAsync(person.Id);

        Assert.Empty(await Traces.OfAsync(app, [.. person.Identifiers, person.FullName]));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task WhoComesBackWithTheSameEmailOrPhone_IsNew_WithMarketingOff(bool sameEmail, bool samePhone)
    {
        var person = await KnownPerson.EverywhereAsync(app);
        await app.EraseAsync(person.Id);

        var back = (await app.As("staff").PostAsync("/api/v1/customers", new
        {
            email = sameEmail ? person.Email.ToUpperInvariant() : Given.Email(), phone = samePhone ? person.NationalPhone : null,
        })).Expect(201);

        Assert.NotEqual(person.Id, back.Id);
        Assert.Equal((0m, 0), ((decimal)back.Json["totalSpent"]!, (int)back.Json["visitCount"]!));
        Assert.Equal(["false true"], await MarketingAndServiceAsync(back.Id));
        Assert.Equal(
            ["emailMarketing", "newsletterSubscription", "promotionalOffers", "pushNotifications", "smsMarketing", "surveyInvitations"],
            await app.Database.QueryAsync<string>(
                "select flag from consent_changes where customer_id = @Id and not granted and source = 'erased_before' order by flag", new { back.Id }));
    }

    [Fact]
    public async Task WhoIsNewInFact_OrJoinsAnotherBusiness_StartsWithTheDefaults()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        await app.EraseAsync(person.Id);

        Assert.Empty(await MarketingAndServiceAsync((await app.CustomerAsync()).Id));
        Assert.Empty(await MarketingAndServiceAsync((await app.CustomerAsync(person.Email, business: app.OtherBusiness)).Id));
    }

    [Fact]
    public async Task ErasingAtOneBusiness_LeavesTheOthersRowAndUntiesThePerson()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var there = (await app.CustomerAsync(person.Email, business: app.OtherBusiness)).Id;
        (await app.WithToken(TestApp.Token("compliance", [app.Business, app.OtherBusiness])).SendAsync(
            HttpMethod.Put, $"/api/v1/customers/{person.Id}/person", new { businessId = app.OtherBusiness, customerId = there }, ("X-Business-Id", app.Business.ToString()))).Expect(200);

        await app.EraseAsync(person.Id);

        Assert.Equal(person.Email, (string)(await app.AsOf(app.OtherBusiness, "staff").GetAsync($"/api/v1/customers/{there}")).Expect(200).Json["email"]!);
        Assert.Equal([there], await app.Database.QueryAsync<Guid>("select id from customers where person_id is not null"));
    }

    [Fact]
    public async Task EmailThatHasGoneToSomebodyElse_StaysWithThem()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var erasure = await app.ErasureAsync(person.Id);
        var heir = (await app.CustomerAsync(person.Email, phone: person.Phone)).Id;

        await app.EndErasureAsync(erasure.Id);

        var profile = (await app.As("staff").GetAsync($"/api/v1/customers/{heir}")).Expect(200).Json;
        Assert.Equal((person.Email, person.Phone), ((string)profile["email"]!, (string)profile["phone"]!));
    }

    [Fact]
    public async Task Scan_FindsWhatWasWrittenInBetween_RepairsItAndAlerts()
    {
        var person = await KnownPerson.EverywhereAsync(app);
        var friend = (await app.Database.QueryAsync<Guid>("select id from customers where referred_by = @Id", new { person.Id })).Single();

        var id = await app.EraseAsync(person.Id);

        var certificate = (await app.As("compliance").GetAsync($"/api/v1/erasures/{id}/certificate")).Expect(200).Json["certificate"]!;
        Assert.True((int)certificate["scan"]!["repairedRows"]! > 5, certificate.ToJsonString());
        Assert.Equal(0, (int)certificate["scan"]!["found"]!);
        Assert.Equal(2, (await app.Database.QueryAsync<long>("select version from customer_notes where customer_id = @friend", new { friend })).Single());
    }

    // All money and points, per customer where it can be told.
    private async Task<string> FiguresAsync() => (await app.Database.QueryAsync<string>(
        """
        select json_build_array(
            (select json_agg(t order by customer_id) from (
                select customer_id, count(*), sum(amount), sum(reversed_amount), min(local_day), max(local_day) from transactions group by customer_id) t),
            (select json_agg(m order by customer_id) from (select customer_id, total_spent, visit_count, first_visit_at, last_visit_at from customer_metrics) m),
            (select json_agg(i) from (select count(*), sum(quantity * unit_price) from transaction_items) i),
            (select json_agg(b order by customer_id) from (select customer_id, balance from loyalty_balances) b),
            (select json_agg(p order by customer_id) from (select customer_id, sum(balance), count(*) from loyalty_balance_changes group by customer_id) p),
            (select json_agg(r order by customer_id) from (select customer_id, points from redemptions) r),
            (select json_agg(c order by customer_id) from (select customer_id, from_tier, to_tier, changed_at from tier_changes) c))::text
        """)).Single();

    private async Task<string> OthersAsync(Guid other) => (await app.Database.QueryAsync<string>(
        """
        select json_build_array(
            (select json_agg(t order by id) from transactions t where customer_id = @other),
            (select json_agg(i order by transaction_id, line) from transaction_items i),
            (select json_agg(c order by id) from tier_changes c where customer_id = @other))::text
        """,
        new { other })).Single();

    // What nobody named the erased customer in is as it was.
    private async Task<string> RowsOfOthersAsync(Guid customer, Guid bystander) => (await app.Database.QueryAsync<string>(
        """
        select json_build_array(
            (select json_agg(c order by id) from customers c where id <> @customer),
            (select json_agg(m) from customer_metrics m where customer_id = @bystander),
            (select json_agg(s order by s.id) from customers s where referred_by = @customer))::text
        """,
        new { customer, bystander })).Single();

    private Task<IReadOnlyList<string>> MarketingAndServiceAsync(Guid customer) => app.Database.QueryAsync<string>(
        """
        select (email_marketing or sms_marketing or push_notifications or promotional_offers or survey_invitations or newsletter_subscription)
            || ' ' || (loyalty_updates and transaction_receipts)
        from customer_communication_preferences where customer_id = @customer
        """,
        new { customer });

    private Task AdvanceAsync(int days) => app.Host.AdvanceAsync(TimeSpan.FromDays(days));

    private async Task<string> StatusAsync(Guid id) => (string)(await app.As("compliance").GetAsync($"/api/v1/erasures/{id}")).Expect(200).Json["status"]!;

    private Task CompletedAsync(Guid id) => Eventually.TrueAsync(async () => await StatusAsync(id) == "COMPLETED");
}
