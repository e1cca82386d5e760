using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Api;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Observability;

/// <summary>Which requests leave an audit row, and that none gets its answer without one.</summary>
public sealed class AuditedRequestTests(FilingApp app) : IClassFixture<FilingApp>
{
    // They show and change nothing of any customer.
    private static readonly HashSet<string> NotAboutCustomers = ["GetBusiness", "PutBusiness", "GetTierConfiguration", "PutTierConfiguration", "GetTierAudits", "VerifyAudit", "GetMetricsRebuild", "GetUnsettledEvents", "PostTierRecalculation", "GetTierRecalculation"];

    public static TheoryData<string> AboutCustomers =>
        [.. new Endpoints().All.Where(endpoint => endpoint.Roles != Role.None && !NotAboutCustomers.Contains(endpoint.Name)).Select(endpoint => endpoint.Name).Order()];

    [Theory]
    [MemberData(nameof(AboutCustomers))]
    public async Task Success_LeavesARowWithTheCustomer(string function)
    {
        var endpoint = new Endpoints().Find(function)!;
        var stage = new Stage(app, await app.GivenBusinessAsync());
        var call = await Scenarios.All[function].Succeed(stage);
        await ForgetRowsAsync(stage.Business);

        // Of erasures an owner sees those it asked for.
        var isErasure = call.Path.StartsWith("/api/v1/erasures", StringComparison.Ordinal);
        var role = Enum.GetValues<Role>().First(role => isErasure ? role == Role.Compliance : role != Role.None && (role & endpoint.Roles) != 0).ToString().ToLowerInvariant();
        var client = app.WithToken(TestApp.Token(role, [stage.Business, .. call.AlsoNames is { } other ? [other] : (Guid[])[]], "who-asks"));
        var answer = await client.SendAsync(
            new HttpMethod(endpoint.Methods[0]), call.Path, call.Body, ("X-Business-Id", stage.Business.ToString()), ("If-Match", "*"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        Assert.InRange(answer.Code, 200, 299);
        var row = Assert.Single((await RowsAsync(stage.Business)).Where(row => row.Roles != "system").DistinctBy(row => row.Action)); // work that it started has rows of its own
        Assert.Equal((function, "who-asks", role, "0af7651916cd43dd8448eb211c80319c"), (row.Action, row.Caller, row.Roles, row.CorrelationId));
        Assert.Equal($"/{endpoint.Route.RawText}", row.Route);
        Assert.NotEmpty(row.Customers);
    }

    [Fact]
    public async Task List_NamesEveryCustomerShown()
    {
        var business = await app.GivenBusinessAsync();
        Guid[] ids = [(await app.CustomerAsync(business: business)).Id, (await app.CustomerAsync(business: business)).Id];
        await ForgetRowsAsync(business);

        (await app.AsOf(business, "staff").GetAsync("/api/v1/customers")).Expect(200);

        Assert.Equal(ids.Order(), Assert.Single(await RowsAsync(business)).Customers.Order());
    }

    [Fact]
    public async Task Conflict_NamesTheCustomerItReveals()
    {
        var business = await app.GivenBusinessAsync();
        var existing = await app.CustomerAsync(business: business);
        await ForgetRowsAsync(business);

        (await app.AsOf(business, "staff").PostAsync("/api/v1/customers", new { email = (string)existing.Json["email"]! })).Expect(409);

        Assert.Equal([existing.Id], Assert.Single(await RowsAsync(business)).Customers);
    }

    [Fact]
    public async Task Refusals_LeaveNoRow()
    {
        var business = await app.GivenBusinessAsync();
        var customer = await app.CustomerAsync(business: business);
        await ForgetRowsAsync(business);
        var staff = app.AsOf(business, "staff");

        (await staff.GetAsync($"/api/v1/customers/{Guid.NewGuid()}")).Expect(404);
        (await staff.DeleteAsync($"/api/v1/customers/{customer.Id}")).Expect(403);
        (await staff.PatchAsync($"/api/v1/customers/{customer.Id}", new { email = "x" })).Expect(400);

        Assert.Empty(await RowsAsync(business));
    }

    private Task<IReadOnlyList<AuditRow>> RowsAsync(Guid business) => app.Database.QueryAsync<AuditRow>(
        """
        select action, caller, roles, route, correlation_id as correlationid, customers
        from audit_log where business_id = @business order by writer, sequence
        """,
        new { business });

    private Task<IReadOnlyList<int>> ForgetRowsAsync(Guid business) =>
        app.Database.QueryAsync<int>("delete from audit_log where business_id = @business", new { business });

    private sealed record AuditRow
    {
        public required string Action { get; init; }
        public required string Caller { get; init; }
        public required string Roles { get; init; }
        public required string Route { get; init; }
        public required string CorrelationId { get; init; }
        public required Guid[] Customers { get; init; }
    }
}

/// <summary>What happens while the audit log cannot be written.</summary>
public sealed class UnwritableAuditTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task WithoutAuditLog_NothingIsShownAndNothingIsChanged()
    {
        var customer = await app.CustomerAsync(firstName: "Ann");
        var path = $"/api/v1/customers/{customer.Id}";
        await app.Database.QueryAsync<int>("alter table audit_log rename to audit_log_gone");
        Answer[] answers;
        try
        {
            answers =
            [
                await app.As("owner").GetAsync(path),
                await app.As("owner").GetAsync("/api/v1/customers"),
                await app.As("owner").PatchAsync(path, new { firstName = "Bo" }),
                await app.As("owner").DeleteAsync(path),
            ];
        }
        finally
        {
            await app.Database.QueryAsync<int>("alter table audit_log_gone rename to audit_log");
        }

        Assert.All(answers, answer => Assert.Equal("internal_error", answer.Expect(500).Problem));
        Assert.All(answers, answer => Assert.DoesNotContain("Ann", answer.Text, StringComparison.Ordinal));
        Assert.Equal(customer.Text, (await app.As("owner").GetAsync(path)).Expect(200).Text);
    }
}
