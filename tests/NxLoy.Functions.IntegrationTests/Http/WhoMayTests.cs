using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Http;

/// <summary>Who may call what: the table of roles, and the wall between businesses, for what hangs on a customer or business.</summary>
public sealed class WhoMayTests(TestApp app) : IClassFixture<TestApp>
{
    private static readonly string[] Roles = ["staff", "owner", "compliance", "service", "customer"];

    private static readonly object Settings = new { consentMode = "opt_out", defaultMargin = 1, acquisitionCost = 0, graceMonths = 3 };

    /// <summary>Method, path ({id} a customer, {note} one of its notes, {person}), body, and who may.</summary>
    private static readonly (string Method, string Path, object? Body, string[] Allowed)[] Endpoints =
    [
        ("GET", "/api/v1/customers/{id}/notes", null, ["staff", "owner", "compliance"]),
        ("POST", "/api/v1/customers/{id}/notes", new { body = "A note." }, ["staff", "owner"]),
        ("PATCH", "/api/v1/customers/{id}/notes/{note}", new { isPinned = true }, ["staff", "owner"]),
        ("DELETE", "/api/v1/customers/{id}/notes/{note}", null, ["owner"]),
        ("PUT", "/api/v1/customers/{id}/tags/vip", null, ["staff", "owner"]),
        ("DELETE", "/api/v1/customers/{id}/tags/vip", null, ["staff", "owner"]),
        ("GET", "/api/v1/customers/{id}/referrals", null, ["staff", "owner", "compliance"]),
        ("PUT", "/api/v1/customers/{id}/person", new { businessId = Guid.Empty, customerId = Guid.Empty }, ["compliance"]),
        ("DELETE", "/api/v1/customers/{id}/person", null, ["compliance"]),
        ("GET", "/api/v1/people/{person}", null, ["compliance"]),
        ("GET", "/api/v1/business", null, ["owner"]),
        ("PUT", "/api/v1/business", Settings, ["owner"]),
        ("POST", "/api/v1/events", new Typed(Events.BatchType, "[]"), ["service"]),
    ];

    public static IEnumerable<object[]> Table => Endpoints.Select(endpoint => new object[] { endpoint.Method, endpoint.Path });

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Role_NotInTheTable_Is403AndNoTokenIs401(string method, string path)
    {
        var endpoint = Endpoints.Single(one => one.Method == method && one.Path == path);
        foreach (var role in Roles)
        {
            var (customer, note, person) = await GivenAsync();

            // A customer asks as itself: even its own notes and referrals are not its to see.
            var caller = app.As(role, subject: role == "customer" ? customer.ToString() : null);
            var answer = await SendAsync(caller, endpoint, customer, note, person);

            if (endpoint.Allowed.Contains(role))
            {
                Assert.True(answer.Code is >= 200 and < 300 || answer.Faults is ["/customerId unknown_customer"], $"{role}: {answer.Code} {answer.Text}");
            }
            else
            {
                Assert.Equal("role_missing", answer.Expect(403).Problem);
            }
        }

        var (someone, itsNote, itsPerson) = await GivenAsync();
        Assert.Equal("token_missing", (await SendAsync(app.Anonymous(), endpoint, someone, itsNote, itsPerson)).Expect(401).Problem);
        Assert.Equal("token_invalid", (await SendAsync(app.WithToken("x.y.z"), endpoint, someone, itsNote, itsPerson)).Expect(401).Problem);
    }

    [Theory]
    [MemberData(nameof(Table))]
    public async Task AnotherBusinesssIds_Are404AndUntouched(string method, string path)
    {
        var endpoint = Endpoints.Single(one => one.Method == method && one.Path == path);
        if (path is "/api/v1/business" or "/api/v1/events")
        {
            return; // has no id: it is always the caller's own
        }

        var (customer, note, person) = await GivenAsync();
        var before = await EverythingAsync(customer);
        foreach (var role in endpoint.Allowed)
        {
            var foreign = await SendAsync(app.AsOf(await app.GivenBusinessAsync(), role), endpoint, customer, note, person);
            var missing = await SendAsync(app.As(role), endpoint, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());

            Assert.Equal("not_found", foreign.Expect(404).Problem);
            Assert.Equal(missing.Expect(404).Text, foreign.Text);
        }

        Assert.Equal(before, await EverythingAsync(customer));
    }

    [Theory]
    [InlineData("GET", "/api/v1/customers/42/notes")]
    [InlineData("PUT", "/api/v1/customers/42/tags/vip")]
    [InlineData("GET", "/api/v1/customers/42/referrals")]
    [InlineData("PUT", "/api/v1/customers/42/person")]
    [InlineData("GET", "/api/v1/people/42")]
    public async Task IdThatIsNoUuid_Is404(string method, string path) =>
        (await app.As("owner").SendAsync(new HttpMethod(method), path)).Expect(404);

    [Fact]
    public async Task ClosedBusiness_TakesNoNotesTagsOrTies()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        var note = (await app.AsOf(business, "staff").PostAsync($"/api/v1/customers/{customer}/notes", new { body = "Before." })).Expect(201).Id;
        await app.Database.QueryAsync<int>("update businesses set status = 'CLOSED' where id = @business", new { business });

        foreach (var endpoint in Endpoints.Where(one => one.Method != "GET" && one.Path != "/api/v1/customers/{id}/person"))
        {
            var answer = await SendAsync(app.AsOf(business, endpoint.Allowed[^1]), endpoint, customer, note, Guid.Empty);

            Assert.Equal("business_closed", answer.Expect(409).Problem);
        }

        Assert.Single((await app.AsOf(business, "staff").GetAsync($"/api/v1/customers/{customer}/notes")).Expect(200).Json["items"]!.AsArray());
    }

    /// <summary>A customer with a note, tied to a person who is also a customer of the other business.</summary>
    private async Task<(Guid Customer, Guid Note, Guid Person)> GivenAsync()
    {
        var customer = (await app.CustomerAsync()).Id;
        var note = (await app.As("staff").PostAsync($"/api/v1/customers/{customer}/notes", new { body = "A note." })).Expect(201).Id;
        var both = app.WithToken(TestApp.Token("compliance", [app.Business, app.OtherBusiness]));
        var other = (await app.CustomerAsync(business: app.OtherBusiness)).Id;
        var person = (await both.SendAsync(
            HttpMethod.Put, $"/api/v1/customers/{customer}/person", new { businessId = app.OtherBusiness, customerId = other },
            ("X-Business-Id", app.Business.ToString()))).Expect(200).Id;
        return (customer, note, person);
    }

    private static Task<Answer> SendAsync(ApiClient caller, (string Method, string Path, object? Body, string[]) endpoint, Guid customer, Guid note, Guid person)
    {
        var path = endpoint.Path.Replace("{id}", customer.ToString(), StringComparison.Ordinal)
            .Replace("{note}", note.ToString(), StringComparison.Ordinal)
            .Replace("{person}", person.ToString(), StringComparison.Ordinal);
        return caller.SendAsync(new HttpMethod(endpoint.Method), path, endpoint.Body, ("If-Match", "*"));
    }

    private async Task<string> EverythingAsync(Guid customer) => (await app.Database.QueryAsync<string>(
        """
        select concat(
            (select to_jsonb(c) from customers c where id = @customer),
            (select jsonb_agg(n) from customer_notes n where customer_id = @customer),
            (select jsonb_agg(t) from customer_tags t where customer_id = @customer))
        """,
        new { customer }))[0];
}
