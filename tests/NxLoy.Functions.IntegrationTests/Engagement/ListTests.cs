using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Engagement;

public sealed class ListTests(TestApp app) : IClassFixture<TestApp>
{
    private readonly ApiClient staff = app.As("staff");

    [Fact]
    public async Task Notes_ArePagedPinnedFirstAndNewestFirst()
    {
        var customer = (await app.CustomerAsync()).Id;
        for (var n = 1; n <= 7; n++)
        {
            (await staff.PostAsync($"/api/v1/customers/{customer}/notes", new { body = $"Note {n}", isPinned = n is 2 or 5 })).Expect(201);
        }

        var pages = await PagesAsync($"/api/v1/customers/{customer}/notes", limit: 3);

        Assert.Equal([3, 3, 1], pages.Select(page => page.Count));
        Assert.Equal(
            ["Note 5", "Note 2", "Note 7", "Note 6", "Note 4", "Note 3", "Note 1"],
            pages.SelectMany(page => page).Select(note => (string?)note["body"]));
    }

    [Fact]
    public async Task Referrals_ArePagedNewestFirstWithTheirFigures()
    {
        var referrer = await app.CustomerAsync();
        var code = (string)referrer.Json["referralCode"]!;
        var brought = new List<Guid>();
        for (var n = 1; n <= 5; n++)
        {
            brought.Add((await app.CustomerAsync(firstName: "Friend", lastName: $"{n}", referredBy: n % 2 == 0 ? code : referrer.Id.ToString())).Id);
        }

        (await app.As("owner").DeleteAsync($"/api/v1/customers/{brought[1]}")).Expect(202);

        var pages = await PagesAsync($"/api/v1/customers/{referrer.Id}/referrals", limit: 2);

        Assert.Equal([2, 2], pages.Select(page => page.Count));
        Assert.Equal(["Friend 5", "Friend 4", "Friend 3", "Friend 1"], pages.SelectMany(page => page).Select(friend => (string?)friend["fullName"]));
        Assert.Equal(brought[4], (Guid?)pages[0][0]["customerId"]);
        Assert.Equal(0, (int?)pages[0][0]["visitCount"]);
        Assert.Equal(5, (await app.As("compliance").GetAsync($"/api/v1/customers/{referrer.Id}/referrals")).Expect(200).Json["items"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("referrals")]
    public async Task List_OfACustomerWithNone_IsEmpty(string list)
    {
        var answer = (await staff.GetAsync($"/api/v1/customers/{(await app.CustomerAsync()).Id}/{list}")).Expect(200);

        Assert.Equal("""{"items":[],"nextCursor":null}""", answer.Text);
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("referrals")]
    public async Task List_OfADeletedCustomer_IsCompliancesAlone(string list)
    {
        var customer = (await app.CustomerAsync()).Id;
        await staff.PostAsync($"/api/v1/customers/{customer}/notes", new { body = "Left." });
        await app.CustomerAsync(referredBy: customer.ToString());
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        (await staff.GetAsync($"/api/v1/customers/{customer}/{list}")).Expect(404);
        Assert.Single((await app.As("compliance").GetAsync($"/api/v1/customers/{customer}/{list}")).Expect(200).Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("referrals")]
    public async Task Cursor_OpensForItsCustomerAndCallerOnly(string list)
    {
        var (customer, other) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id);
        for (var n = 0; n < 2; n++)
        {
            await staff.PostAsync($"/api/v1/customers/{customer}/notes", new { body = "A note." });
            await app.CustomerAsync(referredBy: customer.ToString());
        }

        var cursor = Uri.EscapeDataString((string)(await staff.GetAsync($"/api/v1/customers/{customer}/{list}?limit=1")).Expect(200).Json["nextCursor"]!);

        (await staff.GetAsync($"/api/v1/customers/{customer}/{list}?cursor={cursor}")).Expect(200);
        Assert.Equal(["cursor invalid_cursor"], (await staff.GetAsync($"/api/v1/customers/{other}/{list}?cursor={cursor}")).Expect(400).Faults);
        Assert.Equal(["cursor invalid_cursor"], (await app.As("owner").GetAsync($"/api/v1/customers/{customer}/{list}?cursor={cursor}")).Expect(400).Faults);
    }

    [Theory]
    [InlineData("notes")]
    [InlineData("referrals")]
    public async Task List_BadParameters_NamesEveryFault(string list) => Assert.Equal(
        ["limit out_of_range", "colour unknown_parameter"],
        (await staff.GetAsync($"/api/v1/customers/{Guid.NewGuid()}/{list}?limit=201&colour=red")).Expect(400).Faults);

    private async Task<IReadOnlyList<IReadOnlyList<JsonNode>>> PagesAsync(string path, int limit)
    {
        var pages = new List<IReadOnlyList<JsonNode>>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await staff.GetAsync($"{path}?limit={limit}{cursor}")).Expect(200).Json;
            pages.Add([.. page["items"]!.AsArray().Select(item => item!)]);
            cursor = (string?)page["nextCursor"] is { } next ? $"&cursor={Uri.EscapeDataString(next)}" : null;
        }

        return pages;
    }
}
