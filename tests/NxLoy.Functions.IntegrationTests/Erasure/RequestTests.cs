using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Who asks for an erasure, who sees it, and who may approve, reject or cancel it.</summary>
public sealed class RequestTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient owner = app.As("owner");
    private readonly ApiClient compliance = app.As("compliance");

    [Fact]
    public async Task Delete_AnswersTheErasureItOpened()
    {
        var customer = (await app.CustomerAsync()).Id;

        var asked = (await owner.DeleteAsync($"/api/v1/customers/{customer}", new { reason = "asked by phone" })).Expect(202);

        Assert.Equal($"/api/v1/erasures/{asked.Id}", asked.Headers.Location?.ToString());
        var erasure = (await owner.GetAsync($"/api/v1/erasures/{asked.Id}")).Expect(200).Json;
        Assert.Equal(
            ("PENDING", "owner", "development-owner", "asked by phone", 0, false),
            ((string)erasure["status"]!, (string)erasure["requestedAs"]!, (string)erasure["requestedBy"]!, (string)erasure["reason"]!, (int)erasure["progress"]!, (bool)erasure["isOnHold"]!));
        Assert.Equal(
            NxLoy.Functions.Erasure.ErasureRules.DueAt((DateTimeOffset)erasure["requestedAt"]!, "UTC"), (DateTimeOffset)erasure["dueAt"]!);
    }

    [Fact]
    public async Task Compliance_AskingAgain_IsShownWhatIsOpen()
    {
        var customer = (await app.CustomerAsync()).Id;
        var first = await app.ErasureAsync(customer);

        Assert.Equal(first.Id, (await compliance.DeleteAsync($"/api/v1/customers/{customer}")).Expect(202).Id);
        Assert.Equal(1, (await app.Database.QueryAsync<long>("select count(*) from erasure_requests where customer_id = @customer", new { customer }))[0]);
    }

    [Fact]
    public async Task Compliance_MayAskForACustomerThatIsDeletedAlready()
    {
        var customer = (await app.CustomerAsync()).Id;
        await app.ErasureAsync(customer);
        await app.ForgetErasureAsync(customer);

        Assert.Equal("PENDING", (string?)(await compliance.DeleteAsync($"/api/v1/customers/{customer}")).Expect(202).Json["status"]);
    }

    [Fact]
    public async Task TwentyDeletesAtOnce_OpenOneErasure()
    {
        var customer = (await app.CustomerAsync()).Id;

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => compliance.DeleteAsync($"/api/v1/customers/{customer}")));

        Assert.Single(answers.Select(answer => answer.Expect(202).Id).Distinct());
    }

    [Fact]
    public async Task Erasure_IsSeenByComplianceTheCustomerAndTheOwnerWhoAsked()
    {
        var customer = (await app.CustomerAsync()).Id;
        var path = $"/api/v1/erasures/{(await app.ErasureAsync(customer)).Id}";
        (await compliance.PostAsync(path + "/approve")).Expect(200);

        Assert.Equal("development-compliance", (string?)(await compliance.GetAsync(path)).Expect(200).Json["approvedBy"]);
        (await owner.GetAsync(path)).Expect(200);
        (await app.As("owner", "another owner").GetAsync(path)).Expect(404);
        var own = (await app.As("customer", customer.ToString()).GetAsync(path)).Expect(200).Json;
        Assert.Equal((null, null), ((string?)own["approvedBy"], (string?)own["requestedBy"])); // no names of staff
        (await app.As("customer", Guid.NewGuid().ToString()).GetAsync(path)).Expect(404);
        (await app.As("staff").GetAsync(path)).Expect(403);
        (await app.AsOf(app.OtherBusiness, "compliance").GetAsync(path)).Expect(404);
    }

    [Fact]
    public async Task List_ShowsEachCallerItsOwn_NewestFirst_ByStatusAndCustomer()
    {
        var business = await app.GivenBusinessAsync();
        var customers = new List<Guid>();
        foreach (var role in (string[])["owner", "customer", "compliance"])
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
            await app.ErasureAsync(customers[^1], business, role);
        }

        Assert.Equal(Enumerable.Reverse(customers), await ListedAsync(app.AsOf(business, "compliance"), ""));
        Assert.Equal([customers[0]], await ListedAsync(app.AsOf(business, "owner"), ""));
        Assert.Equal([customers[1]], await ListedAsync(app.AsOf(business, "customer", customers[1].ToString()), ""));
        Assert.Equal([customers[2]], await ListedAsync(app.AsOf(business, "compliance"), $"&customerId={customers[2]}"));
        Assert.Empty(await ListedAsync(app.AsOf(business, "compliance"), "&status=COMPLETED"));
        Assert.Equal(["customerId unknown_customer"], (await app.AsOf(business, "customer", customers[1].ToString()).GetAsync($"/api/v1/erasures?customerId={customers[0]}")).Expect(400).Faults);
    }

    [Fact]
    public async Task Approve_Twice_IsRefused_AndTellsWhereItStands()
    {
        var path = $"/api/v1/erasures/{(await app.ErasureAsync((await app.CustomerAsync()).Id)).Id}";

        var approved = (await compliance.PostAsync(path + "/approve")).Expect(200).Json;
        var again = (await compliance.PostAsync(path + "/approve")).Expect(409);

        Assert.Equal(("APPROVED", 25), ((string)approved["status"]!, (int)((DateTimeOffset)approved["eraseAt"]! - (DateTimeOffset)approved["requestedAt"]!).TotalDays));
        Assert.Equal(("erasure_not_pending", "It is APPROVED."), (again.Problem, (string?)again.Json["detail"]));
    }

    [Theory]
    [InlineData("owner", 403)]
    [InlineData("customer", 403)]
    [InlineData("staff", 403)]
    [InlineData("compliance", 200)]
    public async Task Approve_IsForComplianceAlone(string role, int status)
    {
        var customer = (await app.CustomerAsync()).Id;
        var erasure = await app.ErasureAsync(customer);

        (await app.As(role, role == "customer" ? customer.ToString() : null).PostAsync($"/api/v1/erasures/{erasure.Id}/approve")).Expect(status);
    }

    [Theory]
    [InlineData("reject", "REJECTED")]
    [InlineData("cancel", "CANCELLED")]
    public async Task RejectAndCancel_RestoreTheCustomer(string act, string status)
    {
        var customer = (await app.CustomerAsync(firstName: "Ann")).Id;
        var path = $"/api/v1/erasures/{(await app.ErasureAsync(customer)).Id}";
        (await compliance.PostAsync(path + "/approve")).Expect(200);

        var ended = (await compliance.PostAsync($"{path}/{act}", new { reason = "A claim is open." })).Expect(200).Json;

        Assert.Equal((status, "A claim is open."), ((string)ended["status"]!, (string)ended["endReason"]!));
        Assert.Equal("Ann", (string?)(await owner.GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["firstName"]);
        Assert.Equal("erasure_ended", (await compliance.PostAsync($"{path}/{act}", new { reason = "Again." })).Expect(409).Problem);
        Assert.Equal("erasure_not_pending", (await compliance.PostAsync(path + "/approve")).Expect(409).Problem);
        (await owner.DeleteAsync($"/api/v1/customers/{customer}")).Expect(202); // and can be asked for anew
    }

    [Fact]
    public async Task Reject_NeedsAGround() => Assert.Equal(
        ["/reason required"],
        (await compliance.PostAsync($"/api/v1/erasures/{(await app.ErasureAsync((await app.CustomerAsync()).Id)).Id}/reject", new { })).Expect(400).Faults);

    [Fact]
    public async Task Reject_WhenSomebodyElseHasTheEmail_SaysWho_AndChangesNothing()
    {
        var email = Given.Email();
        var erasure = await app.ErasureAsync((await app.CustomerAsync(email)).Id);
        var heir = await app.CustomerAsync(email);

        var refused = (await compliance.PostAsync($"/api/v1/erasures/{erasure.Id}/reject", new { reason = "A claim." })).Expect(409);

        Assert.Equal(("customer_exists", heir.Id), (refused.Problem, refused.Json["existingId"]!.GetValue<Guid>()));
        Assert.Equal("PENDING", (string?)(await compliance.GetAsync($"/api/v1/erasures/{erasure.Id}")).Json["status"]);
    }

    [Theory]
    [InlineData("customer", "customer", 200)]
    [InlineData("customer", "compliance", 200)]
    [InlineData("customer", "owner", 404)] // who did not ask does not even see it
    [InlineData("owner", "owner", 200)]
    [InlineData("owner", "compliance", 200)]
    [InlineData("owner", "customer", 403)]
    public async Task Cancel_IsForWhoAskedAndForCompliance(string asks, string cancels, int status)
    {
        var customer = (await app.CustomerAsync()).Id;
        var erasure = await app.ErasureAsync(customer, role: asks);

        (await app.As(cancels, cancels == "customer" ? customer.ToString() : null).PostAsync($"/api/v1/erasures/{erasure.Id}/cancel")).Expect(status);
    }

    [Fact]
    public async Task WhatTheCustomerAsksForBesidesTheOwner_TheOwnerNoLongerTakesBack()
    {
        var customer = (await app.CustomerAsync()).Id;
        var erasure = (await app.ErasureAsync(customer)).Id;

        var asked = await app.ErasureAsync(customer, role: "customer");

        Assert.Equal((erasure, "customer"), (asked.Id, (string?)asked.Json["requestedAs"]));
        (await owner.GetAsync($"/api/v1/erasures/{erasure}")).Expect(200);
        Assert.Equal("not_requester", (await owner.PostAsync($"/api/v1/erasures/{erasure}/cancel")).Expect(403).Problem);
        (await app.As("customer", customer.ToString()).PostAsync($"/api/v1/erasures/{erasure}/cancel")).Expect(200);
    }

    [Fact]
    public async Task Restore_WhileAnErasureIsOpen_NamesIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var erasure = await app.ErasureAsync(customer);

        var refused = (await compliance.PostAsync($"/api/v1/customers/{customer}/restore")).Expect(409);

        Assert.Equal(("erasure_open", erasure.Id), (refused.Problem, refused.Json["existingId"]!.GetValue<Guid>()));
    }

    [Fact]
    public async Task ClosedBusiness_StillErases()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        await app.Database.QueryAsync<int>("update businesses set status = 'CLOSED' where id = @business", new { business });

        await app.EraseAsync(customer, business);

        Assert.Equal("customer_erased", (await app.AsOf(business, "compliance").DeleteAsync($"/api/v1/customers/{customer}")).Expect(409).Problem);
    }

    private static async Task<IReadOnlyList<Guid>> ListedAsync(ApiClient client, string filter)
    {
        var (items, cursor) = (new List<Guid>(), "");
        do
        {
            var page = (await client.GetAsync($"/api/v1/erasures?limit=1{filter}{cursor}")).Expect(200).Json;
            items.AddRange(page["items"]!.AsArray().Select(item => item!["customerId"]!.GetValue<Guid>()));
            cursor = page["nextCursor"] is { } next ? $"&cursor={next}" : "";
        }
        while (cursor.Length > 0);
        return items;
    }
}
