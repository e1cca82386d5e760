using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.IntegrationTests.Customers.ListAnswers;

namespace NxLoy.Functions.IntegrationTests.Customers;

/// <summary>Page after page of the list, by its cursors.</summary>
public sealed class ListPagingTests(TestApp app) : IClassFixture<TestApp>, IAsyncLifetime
{
    private const string List = "/api/v1/customers";

    private Guid business;
    private ApiClient owner = null!;

    public async Task InitializeAsync()
    {
        business = await app.GivenBusinessAsync(timeZone: "America/New_York");
        owner = app.AsOf(business, "owner", "ann");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("name")]
    [InlineData("created")]
    [InlineData("lastVisit")]
    [InlineData("totalSpent")]
    [InlineData("-name")]
    [InlineData("-created")]
    [InlineData("-lastVisit")]
    [InlineData("-totalSpent")]
    public async Task Paging_ShowsEverybodyOnceAmongTiesWhileOthersCome(string sort)
    {
        await ManyAsync(23);
        var before = await EverybodyAsync();

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = (await owner.GetAsync($"{List}?sort={sort}&limit=4{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            seen.AddRange(Ids(page));
            cursor = (string?)page.Json["nextCursor"];
            await app.ListedCustomerAsync(business, "Mid", "Way", spent: 10, visitedAt: "2026-01-02T00:00:00Z");
        }
        while (cursor is not null);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Empty(before.Except(seen));
    }

    [Fact]
    public async Task Limit_CutsThePage()
    {
        await ManyAsync(51);

        Assert.Equal(50, Ids(await owner.GetAsync(List)).Count);
        Assert.Equal(51, Ids(await owner.GetAsync($"{List}?limit=200")).Count);
        Assert.Null((await owner.GetAsync($"{List}?limit=51")).Json["nextCursor"]);
        Assert.Single(Ids(await owner.GetAsync($"{List}?limit=1")));
    }

    [Fact]
    public async Task Cursor_MadeUpOrOfAnotherQueryCallerOrBusiness_IsRefused()
    {
        await ManyAsync(3);
        var cursor = (string)(await owner.GetAsync($"{List}?limit=1&sort=name")).Json["nextCursor"]!;
        var other = await app.GivenBusinessAsync();

        (await owner.GetAsync($"{List}?limit=2&sort=name&cursor={cursor}")).Expect(200);
        Assert.All(
            [
                await owner.GetAsync($"{List}?sort=-name&cursor={cursor}"),
                await owner.GetAsync($"{List}?sort=name&tier=BRONZE&cursor={cursor}"),
                await owner.GetAsync($"{List}?search=ann&cursor={cursor}"),
                await owner.GetAsync($"{List}?sort=name&cursor={cursor[..^2]}xx"),
                await owner.GetAsync($"{List}?sort=name&cursor=made-up"),
                await app.AsOf(business, "owner", "bob").GetAsync($"{List}?sort=name&cursor={cursor}"),
                await app.AsOf(other, "owner", "ann").GetAsync($"{List}?sort=name&cursor={cursor}"),
            ],
            answer => Assert.Equal((400, "invalid_cursor", "cursor invalid_cursor"), (answer.Code, answer.Problem, string.Join(',', answer.Faults))));
        Assert.Equal(
            ["/cursor invalid_cursor"],
            (await owner.PostAsync($"{List}/search", new { cursor = "made-up" })).Expect(400).Faults);
        Assert.Single(Ids(await owner.PostAsync($"{List}/search", new { sort = "name", limit = 1, cursor })));
    }

    // Ties in every order: names, spend, visits and the instant of creation.
    private Task<IReadOnlyList<int>> ManyAsync(int count) => app.Database.QueryAsync<int>(
        """
        with made as (
            insert into customers (id, business_id, email, first_name, last_name, tier_updated_at, referral_code, created_at, updated_at)
            select gen_random_uuid(), @business, 'tie' || i || '@example.com', 'Ann', case when i % 3 > 0 then 'Tie' end,
                '2026-01-01', 'TIE' || lpad(i::text, 5, '0'), timestamptz '2026-01-01' + i / 5 * interval '1 hour', '2026-01-01'
            from generate_series(1, @count) i
            returning id, created_at
        )
        insert into customer_metrics (customer_id, business_id, total_spent, last_visit_at, updated_at)
        select id, @business, extract(hour from created_at)::int / 2, case when extract(hour from created_at) > 1 then created_at end, created_at
        from made
        """,
        new { business, count });

    private async Task<IReadOnlyList<Guid>> EverybodyAsync() =>
        await app.Database.QueryAsync<Guid>("select id from customers where business_id = @business", new { business });
}
