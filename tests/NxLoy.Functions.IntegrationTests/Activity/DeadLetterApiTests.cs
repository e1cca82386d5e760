using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>Dead letters over HTTP: seen, tried again, discarded.</summary>
public sealed class DeadLetterApiTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Path = "/api/v1/events/dead-letters";

    [Fact]
    public async Task List_ShowsWhatUnsettledCounts_ByPages()
    {
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        await app.DeliverAsync(
        [
            .. Enumerable.Range(0, 4).Select(_ => BusApp.Message(Events.Sale(business, Guid.NewGuid()))),
            BusApp.Message(Events.Sale(business, customer, -1)), BusApp.Message(Events.Told("unheard", new { businessId = business })),
            BusApp.Message(Events.Of("refunded", Events.Data(business, 1, "r", customerId: customer, original: "later"))),
        ]);
        var owner = app.AsOf(business, "owner");

        var (all, cursor) = (new List<JsonObject>(), "");
        do
        {
            var page = (await owner.GetAsync($"{Path}?limit=3{cursor}")).Expect(200).Json;
            all.AddRange(page["items"]!.AsArray().Select(item => item!.AsObject()));
            cursor = page["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString((string)next!)}" : "";
        }
        while (cursor.Length > 0);

        Assert.Equal(7, all.DistinctBy(item => (string)item["id"]!).Count());
        var unsettled = (await owner.GetAsync("/api/v1/events/unsettled")).Expect(200).Json;
        Assert.Equal(
            unsettled["groups"]!.AsArray().Select(group => $"{group!["code"] ?? group["status"]} {group["count"]}").Order(),
            all.GroupBy(item => (string)item["code"]!).Select(same => $"{same.Key} {same.Count()}").Order());
        Assert.Equal([customer.ToString(), customer.ToString()], all.Select(item => (string?)item["customerId"]).OfType<string>());
        Assert.All(all, item => Assert.Null(item["body"]));
        Assert.Equal(4, await CountAsync(owner, "?code=unlinked"));
        Assert.Equal(1, await CountAsync(owner, "?state=WAITING"));
        Assert.Equal(1, await CountAsync(owner, "?type=unheard&state=DEAD"));
    }

    [Fact]
    public async Task Retry_OnceThereIsTheCustomer_HasItsEffect_AndItIsGone()
    {
        var business = await app.GivenBusinessAsync();
        var (owner, email) = (app.AsOf(business, "owner"), Given.Email());
        var id = await app.DeadLetterAsync(business, Events.Of("completed", Events.Data(business, 5, "sale", email: email)));
        Assert.Contains(email, (string)(await owner.GetAsync($"{Path}/{id}")).Expect(200).Json["body"]!, StringComparison.Ordinal);
        var customer = (await app.CustomerAsync(email, business: business)).Id;

        Assert.Equal("WAITING", (string)(await owner.PostAsync($"{Path}/{id}/retry")).Expect(200).Json["state"]!);
        await app.RetryAsync();

        (await owner.GetAsync($"{Path}/{id}")).Expect(404);
        Assert.Equal(5m, (decimal)(await owner.GetAsync($"/api/v1/customers/{customer}")).Json["totalSpent"]!);
        Assert.Equal(0, (long)(await owner.GetAsync("/api/v1/events/unsettled")).Json["unlinked"]!);
    }

    [Fact]
    public async Task Retry_ThatFailsAgain_IsDeadAgain()
    {
        var business = await app.GivenBusinessAsync();
        var owner = app.AsOf(business, "owner");
        var id = await app.DeadLetterAsync(business);

        (await owner.PostAsync($"{Path}/{id}/retry")).Expect(200);
        await app.RetryAsync();

        var letter = (await owner.GetAsync($"{Path}/{id}")).Expect(200).Json;
        Assert.Equal(("DEAD", "invalid_amount", 2), ((string)letter["state"]!, (string)letter["code"]!, (int)letter["attempts"]!));
    }

    [Fact]
    public async Task Discard_KeepsWhatItWasAndWhy_AndCountsNoLonger()
    {
        var business = await app.GivenBusinessAsync();
        var owner = app.AsOf(business, "owner", "the-owner");
        var id = await app.DeadLetterAsync(business);
        Assert.Equal(1, (long)(await owner.GetAsync("/api/v1/events/unsettled")).Json["rejected"]!);

        var discarded = (await owner.PostAsync($"{Path}/{id}/discard", new { reason = "A test." })).Expect(200).Json;

        Assert.Equal(("SETTLED", "invalid_amount", "the-owner", "A test."), (Text("state"), Text("code"), Text("settledBy"), Text("reason")));
        Assert.Equal("transactions.transaction.completed", Text("type"));
        Assert.All((string[])["body", "detail", "customerId", "dueAt"], name => Assert.Null(discarded[name]));
        Assert.Equal(0, (long)(await owner.GetAsync("/api/v1/events/unsettled")).Json["rejected"]!);

        string? Text(string name) => (string?)discarded[name];
    }

    [Fact]
    public async Task CustomerOfAnotherBusiness_IsNotShownAsACustomer()
    {
        var (business, stranger) = (await app.GivenBusinessAsync(), (await app.CustomerAsync()).Id);

        var id = await app.DeadLetterAsync(business, Events.Sale(business, stranger));

        Assert.Null((await app.AsOf(business, "owner").GetAsync($"{Path}/{id}")).Expect(200).Json["customerId"]);
    }

    [Fact]
    public async Task WhatNamesNoBusiness_IsShownToNobody_AndKeptOnce()
    {
        for (var times = 0; times < 2; times++)
            await app.DeliverAsync(BusApp.Raw("no JSON of anybody"u8.ToArray(), "of-nobody", null));

        Assert.Equal(["DEAD"], await app.Database.QueryAsync<string>("select state from dead_letters where event_id = 'of-nobody' and business_id is null"));
        Assert.Equal(0, await CountAsync(app.As("owner"), "?code=malformed_json"));
    }

    private static async Task<int> CountAsync(ApiClient owner, string query) => (await owner.GetAsync(Path + query)).Expect(200).Json["items"]!.AsArray().Count;
}
