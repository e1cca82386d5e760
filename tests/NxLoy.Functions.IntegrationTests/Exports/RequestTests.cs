using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>Who may ask, who decides, and what asking again does.</summary>
public sealed class RequestTests(FilingApp app) : IClassFixture<FilingApp>
{
    private static readonly object Full = new { exportType = "GDPR_FULL" };

    [Fact]
    public async Task TwoAtOnce_AreOneExport()
    {
        var customer = (await app.CustomerAsync()).Id;

        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => app.As(n % 2 == 0 ? "owner" : "compliance").AskAsync(customer)));

        Assert.Single(asked.Distinct());
        Assert.Single(await app.Database.QueryAsync<Guid>("select id from customer_data_exports where customer_id = @customer", new { customer }));
        await app.As("compliance").EndAsync(asked[0]);
    }

    [Fact]
    public async Task AskingAgain_IsTheOpenOne_UntilItHasEnded_AndTypesAreApart()
    {
        var customer = (await app.CustomerAsync()).Id;
        var own = app.As("customer", customer.ToString());

        var first = await own.AskAsync(customer);
        Assert.Equal(first, await own.AskAsync(customer));
        Assert.NotEqual(first, await own.AskAsync(customer, "GDPR_BASIC"));

        (await app.As("owner").PostAsync($"/api/v1/exports/{first}/approve")).Expect(202);
        await own.EndAsync(first);
        Assert.NotEqual(first, await own.AskAsync(customer));
    }

    [Fact]
    public async Task StaffWhoAskForWhatTheCustomerWaitsFor_ApproveIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var own = app.As("customer", customer.ToString());
        var waiting = await own.AskAsync(customer, "GDPR_BASIC", "I want to know.");

        var answer = (await app.As("owner", "the-owner").PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_BASIC", reason = "He is here." })).Expect(202);

        Assert.Equal((waiting, "APPROVED", "I want to know."), (answer.Id, (string?)answer.Json["approval"], (string?)answer.Json["reason"]));
        var decided = answer.Json["decidedAt"]!.GetValue<DateTimeOffset>();
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromDays(30)), (answer.Json["dueAt"]!.GetValue<DateTimeOffset>() - decided, answer.Json["expiresAt"]!.GetValue<DateTimeOffset>() - decided));
        Assert.Equal(["the-owner"], await app.Database.QueryAsync<string>("select decided_by from customer_data_exports where id = @waiting", new { waiting }));
        await own.EndAsync(waiting);
        (await app.PackageAsync(TestApp.Token("customer", [app.Business], customer.ToString()), waiting)).Whole();
    }

    [Fact]
    public async Task CustomerWhoAsksForWhatStaffHaveAskedFor_IsAnsweredWithIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var theirs = Guid.CreateVersion7();
        await OpenAsync(theirs, customer);
        var own = app.As("customer", customer.ToString());

        var answer = (await own.PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(202);

        Assert.Equal((theirs, "NOT_NEEDED", "owner"), (answer.Id, (string?)answer.Json["approval"], (string?)answer.Json["requestedBy"]));
        await own.EndAsync(theirs);
        (await app.PackageAsync(TestApp.Token("customer", [app.Business], customer.ToString()), theirs)).Whole();
    }

    [Fact]
    public async Task IdempotencyKey_AnswersWithTheSameExport_EvenWhenItHasEnded()
    {
        var customer = (await app.CustomerAsync()).Id;
        var key = (Posts.KeyHeader, Guid.NewGuid().ToString());
        var client = app.As("compliance");
        var first = (await client.PostAsync($"/api/v1/customers/{customer}/export", Full, key)).Expect(202).Id;
        await client.EndAsync(first);

        var again = (await client.PostAsync($"/api/v1/customers/{customer}/export", Full, key)).Expect(202);

        Assert.Equal((first, "COMPLETED"), (again.Id, (string?)again.Json["status"]));
        Assert.Equal("idempotency_key_reused", (await client.PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_BASIC" }, key)).Expect(422).Problem);
    }

    [Fact]
    public async Task CustomersRequest_WaitsForApproval_AndHasItsDaysFromThen()
    {
        var customer = (await app.CustomerAsync()).Id;
        var own = app.As("customer", customer.ToString());
        var asked = (await own.PostAsync($"/api/v1/customers/{customer}/export", new { exportType = "GDPR_BASIC", reason = "I want to know." })).Expect(202);
        Assert.Equal(("PENDING", "WAITING", null, $"/api/v1/exports/{asked.Id}"), ((string?)asked.Json["status"], (string?)asked.Json["approval"], asked.Json["dueAt"], asked.Headers.Location?.ToString()));
        Assert.Equal("export_not_ready", (await own.GetAsync($"/api/v1/exports/{asked.Id}/download")).Expect(409).Problem);
        await app.Host.AdvanceAsync(TimeSpan.FromDays(3));
        await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
        Assert.Equal("PENDING", (string?)(await own.GetAsync($"/api/v1/exports/{asked.Id}")).Json["status"]);

        var approved = (await app.As("owner", "the-owner").PostAsync($"/api/v1/exports/{asked.Id}/approve")).Expect(202);

        var decided = approved.Json["decidedAt"]!.GetValue<DateTimeOffset>();
        Assert.Equal("APPROVED", (string?)approved.Json["approval"]);
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromDays(30)), (approved.Json["dueAt"]!.GetValue<DateTimeOffset>() - decided, approved.Json["expiresAt"]!.GetValue<DateTimeOffset>() - decided));
        await own.EndAsync(asked.Id);
        (await app.PackageAsync(TestApp.Token("customer", [app.Business], customer.ToString()), asked.Id)).Whole();
        Assert.Equal("export_not_waiting", (await app.As("owner").PostAsync($"/api/v1/exports/{asked.Id}/approve")).Expect(409).Problem);
        Assert.Equal("export_not_waiting", (await app.As("owner").PostAsync($"/api/v1/exports/{asked.Id}/reject", new { reason = "No." })).Expect(409).Problem);
    }

    [Fact]
    public async Task Refusal_TellsItsGround_AndCannotBeTriedAgain()
    {
        var customer = (await app.CustomerAsync()).Id;
        var own = app.As("customer", customer.ToString());
        var export = await own.AskAsync(customer);
        Assert.Equal(["/reason required"], (await app.As("compliance").PostAsync($"/api/v1/exports/{export}/reject", new { reason = " " })).Expect(400).Faults);

        (await app.As("compliance").PostAsync($"/api/v1/exports/{export}/reject", new { reason = "Asked the third time this month." })).Expect(200);

        var refused = await own.EndAsync(export, "FAILED");
        Assert.Equal(("REJECTED", "rejected", "Asked the third time this month."), ((string?)refused["approval"], (string?)refused["failureCode"], (string?)refused["decisionReason"]));
        Assert.Equal("export_not_failed", (await app.As("compliance").PostAsync($"/api/v1/exports/{export}/retry")).Expect(409).Problem);
        Assert.Equal("export_not_waiting", (await app.As("owner").PostAsync($"/api/v1/exports/{export}/approve")).Expect(409).Problem);
        Assert.NotEqual(export, await own.AskAsync(customer));
    }

    [Fact]
    public async Task ExportThatIsNotThere_CannotBeDecidedOn()
    {
        (await app.As("owner").PostAsync($"/api/v1/exports/{Guid.NewGuid()}/approve")).Expect(404);
        (await app.As("owner").PostAsync($"/api/v1/exports/{Guid.NewGuid()}/reject", new { reason = "No." })).Expect(404);
        (await app.As("owner").PostAsync($"/api/v1/exports/{Guid.NewGuid()}/retry")).Expect(404);
    }

    [Fact]
    public async Task TwoWhoDecideAtOnce_OneOfThemHasDecided()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = await app.As("customer", customer.ToString()).AskAsync(customer, "GDPR_BASIC");

        var answers = await Task.WhenAll(
            app.As("owner").PostAsync($"/api/v1/exports/{export}/approve"), app.As("compliance").PostAsync($"/api/v1/exports/{export}/reject", new { reason = "No." }),
            app.As("compliance").PostAsync($"/api/v1/exports/{export}/approve"));

        Assert.Single(answers, answer => answer.Code < 300);
        Assert.Equal(2, answers.Count(answer => answer.Problem == "export_not_waiting"));
    }

    [Fact]
    public async Task Customer_IsShownItsOwnExports_AndNotWhoAtTheBusinessAskedAndWhy()
    {
        var (customer, another) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id);
        var theirs = await app.As("owner", "the-owner-herself").AskAsync(customer, "GDPR_BASIC", "We suspect him.");
        await app.As("owner").AskAsync(another, "GDPR_BASIC");
        var own = app.As("customer", customer.ToString());
        await own.EndAsync(theirs);

        var seen = (await own.GetAsync("/api/v1/exports")).Expect(200).Json["items"]!.AsArray();

        Assert.Equal([theirs], seen.Select(item => item!["id"]!.GetValue<Guid>()));
        Assert.Equal(("owner", null), ((string?)seen[0]!["requestedBy"], (string?)seen[0]!["reason"]));
        Assert.Equal(("the-owner-herself", "We suspect him."), await app.As("compliance").GetAsync($"/api/v1/exports/{theirs}") is var full
            ? ((string?)full.Json["requestedBy"], (string?)full.Json["reason"]) : default);
        var stranger = app.As("customer", another.ToString());
        Assert.Equal("not_found", (await stranger.GetAsync($"/api/v1/exports/{theirs}")).Expect(404).Problem);
        Assert.Equal("not_found", (await stranger.GetAsync($"/api/v1/exports/{theirs}/download")).Expect(404).Problem);
        Assert.Equal("not_found", (await stranger.PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(404).Problem);
        Assert.Equal("role_missing", (await app.As("staff").GetAsync($"/api/v1/exports/{theirs}/download")).Expect(403).Problem);
    }

    [Fact]
    public async Task DeletedCustomer_IsExportedByComplianceAlone_AndIsGoneForTheOthers()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = await app.As("owner").AskAsync(customer, "GDPR_BASIC");
        await app.As("owner").EndAsync(export);
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        foreach (var client in new[] { app.As("owner"), app.As("customer", customer.ToString()) })
        {
            (await client.GetAsync($"/api/v1/exports/{export}")).Expect(404);
            (await client.GetAsync($"/api/v1/exports/{export}/download")).Expect(404);
            (await client.PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(404);
            Assert.DoesNotContain(export.ToString(), (await client.GetAsync("/api/v1/exports")).Expect(200).Text, StringComparison.Ordinal);
        }

        Assert.Equal("GDPR_BASIC", (string?)(await app.As("compliance").GetAsync($"/api/v1/exports/{export}")).Expect(200).Json["exportType"]);
        (await app.ExportedAsync(customer)).Whole();
    }

    [Fact]
    public async Task ErasedCustomer_HasNothingLeftToExport()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.Database.QueryAsync<int>("update customers set deleted_at = now(), erased_at = now() where id = @customer", new { customer });

        Assert.Equal("customer_erased", (await app.As("compliance").PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(409).Problem);
        (await app.As("owner").PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(404);
        (await app.As("customer", customer.ToString()).PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(404);
        (await app.As("compliance").PostAsync($"/api/v1/customers/{Guid.NewGuid()}/export", Full)).Expect(404);
        (await app.AsOf(app.OtherBusiness, "compliance").PostAsync($"/api/v1/customers/{customer}/export", Full)).Expect(404);
    }

    [Fact]
    public async Task List_IsFilteredAndPaged_NewestFirst()
    {
        var business = await app.GivenBusinessAsync();
        var (first, second) = ((await app.CustomerAsync(business: business)).Id, (await app.CustomerAsync(business: business)).Id);
        var owner = app.AsOf(business, "owner");
        var waiting = await app.AsOf(business, "customer", first.ToString()).AskAsync(first);
        var basic = await owner.AskAsync(first, "GDPR_BASIC");
        var analytics = await owner.AskAsync(second, "BUSINESS_ANALYTICS");
        await owner.EndAsync(basic);
        await owner.EndAsync(analytics);

        Assert.Equal([analytics, basic, waiting], await ListAsync(""));
        Assert.Equal([waiting], await ListAsync("?approval=WAITING"));
        Assert.Equal([waiting], await ListAsync("?status=PENDING"));
        Assert.Equal([basic], await ListAsync("?exportType=GDPR_BASIC&status=COMPLETED"));
        Assert.Equal([basic, waiting], await ListAsync($"?customerId={first}"));
        var page = (await owner.GetAsync("/api/v1/exports?limit=2")).Expect(200).Json;
        Assert.Equal([analytics, basic], page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>()));
        Assert.Equal([waiting], await ListAsync($"?limit=2&cursor={Uri.EscapeDataString((string)page["nextCursor"]!)}"));
        Assert.Equal("invalid_cursor", (await owner.GetAsync($"/api/v1/exports?limit=2&status=PENDING&cursor={Uri.EscapeDataString((string)page["nextCursor"]!)}")).Expect(400).Problem);

        async Task<IEnumerable<Guid>> ListAsync(string query) =>
            (await owner.GetAsync("/api/v1/exports" + query)).Expect(200).Json["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task RequestWhoseOrchestrationIsLost_IsTakenUpByTheSweep()
    {
        var customer = (await app.CustomerAsync()).Id;
        var export = Guid.CreateVersion7();
        await OpenAsync(export, customer);

        await app.Host.InvokeAsync("EveryFiveMinutesSweepExports");
        await app.Host.InvokeAsync("EveryFiveMinutesSweepExports"); // which starts no second one

        await app.As("owner").EndAsync(export);
        await Eventually.TrueAsync(async () => (await app.Database.QueryAsync<long>(
            "select count(*) from audit_log where action = 'PackExport' and @customer = any(customers)", new { customer }))[0] == 1);
    }

    // Asked for by an owner an hour ago, whose app was killed before it could start the packing.
    private Task<IReadOnlyList<int>> OpenAsync(Guid export, Guid customer) => app.Database.QueryAsync<int>(
        """
        insert into customer_data_exports (
            id, business_id, customer_id, asked_in, business_ids, customer_ids, export_type, status, requested_by, requested_as, expires_at, created_at, updated_at)
        values (@export, @Business, @customer, @Business, array[@Business], array[@customer], 'GDPR_FULL', 'PENDING', 'x', 'owner', now() + interval '30 days',
            now() - interval '1 hour', now() - interval '1 hour')
        """,
        new { export, app.Business, customer });
}
