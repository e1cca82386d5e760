using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Customers;

public sealed class SearchTests(TestApp app) : IClassFixture<TestApp>, IAsyncLifetime
{
    private const string Search = "/api/v1/customers/search";

    private Guid business;
    private ApiClient staff = null!;

    public async Task InitializeAsync()
    {
        business = await app.GivenBusinessAsync(region: "BR");
        staff = app.AsOf(business, "staff");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("goncalves", "Luís Gonçalves")]
    [InlineData("GONÇALVES", "Luís Gonçalves")]
    [InlineData("  luis   gon ", "Luís Gonçalves")]
    [InlineData("gonçalves l", "Luís Gonçalves")]
    [InlineData("KOHLER", "Éva Köhler")]
    [InlineData("Ko\u0308hler", "Éva Köhler")]
    [InlineData("öhle", "Éva Köhler")]
    [InlineData("eva.k@", "Éva Köhler")]
    [InlineData("EVA.K@Shop.Example", "Éva Köhler")]
    [InlineData("shop.example", "Éva Köhler")]
    [InlineData("crm/00", "Bob O'Brien")]
    [InlineData("CRM/007", "Bob O'Brien")]
    [InlineData("o'b", "Bob O'Brien")]
    [InlineData("100%", "Percent 100%_\\Club")]
    [InlineData("%_\\", "")]
    [InlineData("00%_\\c", "Percent 100%_\\Club")]
    [InlineData("l__s", "")]
    [InlineData("gonc%", "")]
    [InlineData("va k", "Éva Köhler")]
    [InlineData("kohler eva.k", "")]
    [InlineData("kohler\neva.k", "")]
    [InlineData("nobody", "")]
    [InlineData("´", "")]
    [InlineData("' or 1=1 --", "")]
    public async Task Term_IsFoundInNameEmailAndExternalIdWithoutCaseAndAccents(string term, string names)
    {
        await FourAsync();

        Assert.Equal(names, await NamesAsync(term));
    }

    [Theory]
    [InlineData("+551239235555", "Luís Gonçalves")]
    [InlineData("+55 (12) 3923-5555", "Luís Gonçalves")]
    [InlineData("(12) 3923-5555", "Luís Gonçalves")]
    [InlineData("012 3923 5555", "Luís Gonçalves")]
    [InlineData("0055 12 3923.5555", "Luís Gonçalves")]
    [InlineData("3923-5555", "Luís Gonçalves")]
    [InlineData("3923", "Luís Gonçalves")]
    [InlineData("555", "Luís Gonçalves")]
    [InlineData("+55", "Luís Gonçalves")]
    [InlineData("+551239235556", "")]
    [InlineData("12 3923-5555 ext", "")]
    public async Task Phone_IsFoundHoweverItIsWritten(string term, string names)
    {
        await FourAsync();

        Assert.Equal(names, await NamesAsync(term));
    }

    [Theory]
    [InlineData("va", "")]
    [InlineData("év", "Éva Köhler")]
    [InlineData("KÖ", "Éva Köhler")]
    [InlineData("b", "Bob O'Brien")]
    [InlineData("o'", "Bob O'Brien")]
    [InlineData("cr", "Bob O'Brien")]
    [InlineData("co", "Luís Gonçalves")]
    [InlineData("23", "")]
    public async Task FewerThanThreeLettersOrDigits_AreFoundByExactValueAndPrefixOnly(string term, string names)
    {
        await FourAsync();

        Assert.Equal(names, await NamesAsync(term));
    }

    [Fact]
    public async Task Hits_ComeExactFirstThenByPrefixOfANameThenBySubstringNewestFirst()
    {
        await CustomerAsync("Osmar", "Older");
        await CustomerAsync("Itamar", "Newer");
        await CustomerAsync("Mario", "Rossi");
        await CustomerAsync("Ann", "Martin");
        await CustomerAsync("Mar");
        await CustomerAsync("Mara", "Martin");
        await CustomerAsync("Zed", externalId: "mar");
        await CustomerAsync("Nobody", email: "else@example.com");

        Assert.Equal("Mar, Zed, Mara Martin, Mario Rossi, Ann Martin, Itamar Newer, Osmar Older", await NamesAsync("MAR"));
    }

    [Theory]
    [InlineData("mar", 1)]
    [InlineData("mar", 3)]
    [InlineData("mar", 200)]
    [InlineData("m", 2)]
    [InlineData("mar&tag=few", 2)]
    [InlineData("mar&tier=BRONZE", 2)]
    [InlineData("mar&status=active&createdFrom=2020-01-01", 2)]
    public async Task Paging_ShowsEveryHitOnceInTheOrderOfOnePage(string query, int limit)
    {
        await ManyAsync(30);
        var whole = Ids(await staff.GetAsync($"/api/v1/customers?limit=200&search={query}"));

        var paged = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = (await staff.GetAsync($"/api/v1/customers?limit={limit}&search={query}{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            paged.AddRange(Ids(page));
            cursor = (string?)page.Json["nextCursor"];
        }
        while (cursor is not null);

        Assert.NotEmpty(whole);
        Assert.Equal(whole.Count, whole.Distinct().Count());
        Assert.Equal(whole, paged);
    }

    [Fact]
    public async Task EveryWayToFindThem_GivesTheSameHitsInTheSameOrder()
    {
        await ManyAsync(3_000);
        var plain = await AllAsync("mar");

        Assert.Equal(3_000 / 5 * 4, plain.Count);
        Assert.Equal(plain, await AllAsync("mar&tier=BRONZE"));
        Assert.Equal(plain, await AllAsync("mar&status=active"));
        Assert.Equal(plain, await AllAsync("mar&createdFrom=2020-01-01"));
        Assert.Single(await AllAsync("rare-2987"));
    }

    [Theory]
    [InlineData("tier=GOLD", "Gold Maria")]
    [InlineData("status=inactive", "Inactive Maria")]
    [InlineData("tag=vip", "Vip Maria")]
    [InlineData("lastVisitFrom=2026-01-01", "Visited Maria")]
    [InlineData("createdTo=2021-01-01", "Old Maria")]
    public async Task Filters_CombineWithSearch(string filter, string names)
    {
        await app.ListedCustomerAsync(business, "Gold", "Maria", tier: "GOLD");
        await app.ListedCustomerAsync(business, "Inactive", "Maria", isActive: false);
        await app.ListedCustomerAsync(business, "Vip", "Maria", tags: ["VIP"]);
        await app.ListedCustomerAsync(business, "Visited", "Maria", visitedAt: "2026-01-02T00:00:00Z");
        await app.ListedCustomerAsync(business, "Old", "Maria", createdAt: "2020-01-01T00:00:00Z");
        await app.ListedCustomerAsync(business, "Gold", "Other", tier: "GOLD", isActive: false, tags: ["vip"], visitedAt: "2026-01-02T00:00:00Z");

        Assert.Equal(names, NamesOf(await staff.GetAsync($"/api/v1/customers?search=maria&{filter}")));
        Assert.Equal(names, NamesOf(await staff.GetAsync($"/api/v1/customers?search=ari&{filter}")));
    }

    private async Task FourAsync()
    {
        await CustomerAsync("Luís", "Gonçalves", email: "contact@example.org", phone: "+551239235555");
        await CustomerAsync("Éva", "Köhler", email: "Eva.K@shop.example");
        await CustomerAsync("Bob", "O'Brien", email: "zz@example.org", externalId: "CRM/007");
        await CustomerAsync("Percent", "100%_\\Club", email: "xx@example.org");
    }

    private Task<Guid> CustomerAsync(string first, string? last = null, string? email = null, string? phone = null, string? externalId = null) =>
        app.ListedCustomerAsync(business, first, last, email: email ?? $"{Guid.NewGuid():N}@example.org".Replace("mar", "ram", StringComparison.Ordinal), phone: phone, externalId: externalId);

    // One in five has the term in each class: exact name, prefix, last name, substring, not at all; with many ties.
    private Task<IReadOnlyList<int>> ManyAsync(int count) => app.Database.QueryAsync<int>(
        """
        with made as (
            insert into customers (id, business_id, email, first_name, last_name, tier_updated_at, referral_code, created_at, updated_at)
            select gen_random_uuid(), @business, 'rare-' || i || '@example.com',
                (array['Mar', 'Maria', 'Ann', 'Omar', 'Zed'])[1 + i % 5], (array[null, 'Mar', 'Martin', 'Zed', 'Zed'])[1 + i % 5],
                '2026-01-01', 'MANY' || lpad(i::text, 5, '0'), timestamptz '2026-01-01' + i / 20 * interval '1 hour', '2026-01-01'
            from generate_series(1, @count) i
            returning id
        ), tagged as (
            insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
            select @business, id, 'few', 'test', '2026-01-01' from made
        )
        insert into customer_metrics (customer_id, business_id, updated_at) select id, @business, '2026-01-01' from made
        """,
        new { business, count });

    private async Task<List<Guid>> AllAsync(string query)
    {
        var ids = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = (await staff.GetAsync($"/api/v1/customers?limit=200&search={query}{(cursor is null ? "" : "&cursor=" + cursor)}")).Expect(200);
            ids.AddRange(Ids(page));
            cursor = (string?)page.Json["nextCursor"];
        }
        while (cursor is not null);
        return ids;
    }

    private async Task<string> NamesAsync(string search) => NamesOf(await staff.PostAsync(Search, new { search }));

    private static string NamesOf(Answer answer) =>
        string.Join(", ", answer.Expect(200).Json["items"]!.AsArray().Select(item => (string?)item!["fullName"]));

    private static List<Guid> Ids(Answer answer) => [.. answer.Expect(200).Json["items"]!.AsArray().Select(item => item!["id"]!.GetValue<Guid>())];
}
