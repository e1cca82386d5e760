using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Engagement;
using NxLoy.Functions.Http;
using NxLoy.Functions.Tiers;
using Xunit.Abstractions;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>
/// What profile, list and search read at a million customers, under row-level security. Lists and searches ask for generic
/// plans; elsewhere the app leaves the choice to PostgreSQL, so with custom and with generic ones.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PlanTests(MillionCustomers million, ITestOutputHelper output) : IClassFixture<MillionCustomers>
{
    private const int Limit = 50;

    // A page and the row after it, looked for twice over; lookups of the page's own rows are fewer.
    private const int Page = 2 * (Limit + 1);

    // What a search looks at to see how common a term is.
    private const int Sample = 2_000;

    private static readonly Cursors Cursors = new(new Sealing(new byte[32]));
    private static readonly string[] Sorts = ["name", "-name", "created", "-created", "lastVisit", "-lastVisit", "totalSpent", "-totalSpent"];

    // Each matches less than 1 % of the business.
    private static readonly string[] RareFilters =
    [
        "tier=PLATINUM", "status=inactive", "tag=vip", "tag=allergy:%20nuts", "tag=none", "createdFrom=2025-11-01", "createdTo=2023-01-08",
        "createdFrom=2024-05-01&createdTo=2024-05-07", "lastVisitTo=2024-01-10", "lastVisitFrom=2025-03-10&lastVisitTo=2025-03-11",
    ];

    public static IEnumerable<object[]> Orders =>
        from sort in Sorts
        select new object[] { sort };

    public static IEnumerable<object[]> Filters =>
        from filter in RareFilters
        from sort in Sorts
        select new object[] { filter, sort };

    public static IEnumerable<object[]> Searches =>
        from search in new (string Term, int Most)[]
        {
            ("maria silva", Page),
            ("silva maria", Page),
            ("mar", Page),
            ("goncalves", Page),
            ("ma", Page),
            ("m", Page),
            ("c-12", 5_000),
            ("maria.silva1@example.org", Sample),
            ("C-123456", Sample),
            ("zwicky", Sample),
            ("quintanilha", Sample),
            ("maria quintanilha", Sample),
            ("nobody at all", Sample),
            ("12345", Sample),
            ("(11) 9007-9190", Sample),
            ("+5511900079190", Sample),
            ("9876", 40_000),
            ("exupery", 10_000),
            ("arta", 25_000),
            ("ilva", 25_000),
            ("example.com", Sample),
            ("@example", Sample),
            ("551", Sample),
            ("zz", Page),
        }
        select new object[] { search.Term, search.Most };

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Profile_ReadsOneOfEach(string mode)
    {
        await using var database = new ExplainedDatabase(million.Database, mode);
        var id = await SingleAsync<Guid>("select id from customers where business_id = @business and deleted_at is null offset 500000 limit 1");

        using var thresholds = new ThresholdCache(database.Database, []);
        var found = await new GetCustomer(database.Database, new LoyaltyOfCustomer(thresholds), TimeProvider.System).ExecuteAsync(CallerOf(MillionCustomers.Big), id, CancellationToken.None);

        Assert.Equal(id, found.Value.Value.Id);
        AssertReads(database, rows: 5, buffers: 40);
    }

    // A regular of many years, among customers of whom most have little: that is what a planner misjudges.
    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task Timeline_ReadsAPageOfEachKind_FirstAndDeep(string mode)
    {
        var regular = await SingleAsync<Guid>("select id from customers where business_id = @business and deleted_at is null order by id offset 300000 limit 1");
        await BusyTimeline.MakeAsync(million.Database, MillionCustomers.Big, regular);
        var caller = CallerOf(MillionCustomers.Big);
        foreach (var url in (string[])["", "?kind=transaction,points", "?kind=message"])
        {
            var request = new DefaultHttpContext { Request = { QueryString = new QueryString(url) } }.Request;
            var query = (await request.ReadQuery(TimelineQuery.From)).Value;
            var deep = Cursors.Seal(caller, "timeline", new { customer = regular, query.Kind }, new { OccurredAt = BusyTimeline.Middle, Kind = TimelineKind.transaction, Key = "busy-10000" });
            await using var database = new ExplainedDatabase(million.Database, mode);
            var list = new ListTimeline(database.Database, Cursors);

            var first = (await list.ExecuteAsync(caller, regular, query, CancellationToken.None)).Value;
            var next = (await list.ExecuteAsync(caller, regular, query with { Page = query.Page with { Cursor = first.NextCursor } }, CancellationToken.None)).Value;
            var middle = (await list.ExecuteAsync(caller, regular, query with { Page = query.Page with { Cursor = deep } }, CancellationToken.None)).Value;

            Assert.Equal((Limit, Limit, Limit), (first.Items.Count, next.Items.Count, middle.Items.Count));
            Assert.True(middle.Items[0].OccurredAt <= BusyTimeline.Middle && middle.Items[0].OccurredAt > BusyTimeline.Middle.AddMinutes(-2));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{url} {mode}: {database.Plans.Max(plan => plan.RowsRead)} rows, {database.Plans.Max(plan => plan.Buffers)} buffers"));
            AssertReads(database, rows: query.Kind.Count * (Limit + 1), buffers: query.Kind.Count * (Limit + 1) * 12);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task List_ReadsAPageOfItsOrder_FirstAndDeep(string sort)
    {
        foreach (var business in new[] { MillionCustomers.Big, MillionCustomers.Small })
        {
            var (count, _) = await ListAsync(business, $"?sort={sort}", null, Page);
            Assert.Equal(Limit, count);
        }

        var name = sort.TrimStart('-');
        var (table, key, id) = name switch
        {
            "name" => ("customers", "sort_name", "id"),
            "created" => ("customers", "created_at", "id"),
            "lastVisit" => ("customer_metrics", "last_visit_order", "customer_id"),
            _ => ("customer_metrics", "total_spent_minor", "customer_id"),
        };
        var deep = await SingleAsync<Place>(
            $"select {key}::text as key, {id} as id from {table} where business_id = @business order by {key}, {id} offset 600000 limit 1");
        var (found, _) = await ListAsync(MillionCustomers.Big, $"?sort={sort}", new CustomerPlace { Class = 0, Key = deep.Key, Id = deep.Id }, Page);
        Assert.Equal(Limit, found);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task RareFilter_ReadsNoMoreThanItsMatches(string filter, string sort)
    {
        var (found, _) = await ListAsync(MillionCustomers.Big, $"?sort={sort}&{filter}", null, FewCustomers.Most);

        Assert.Equal(filter == "tag=none" ? 0 : Limit, found);
    }

    [Theory]
    [InlineData("tier=GOLD", "name")]
    [InlineData("tier=SILVER", "-created")]
    [InlineData("tier=BRONZE", "-created")]
    [InlineData("tag=newsletter", "-lastVisit")]
    [InlineData("status=active", "totalSpent")]
    [InlineData("createdFrom=2024-01-01", "name")]
    public async Task CommonFilter_ReadsWhatFillsThePage(string filter, string sort)
    {
        var (found, _) = await ListAsync(MillionCustomers.Big, $"?sort={sort}&{filter}", null, FewCustomers.Most + 1);
        Assert.Equal(Limit, found);
    }

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task Search_ReadsWhatThePageNeeds(string term, int most) =>
        await ListAsync(MillionCustomers.Big, $"?search={Uri.EscapeDataString(term)}", null, most);

    [Theory]
    [InlineData("search=maria&tier=PLATINUM")]
    [InlineData("search=aria&tag=vip")]
    [InlineData("search=quintanilha&tier=BRONZE")]
    [InlineData("search=zwicky&status=active")]
    [InlineData("search=mar&tier=SILVER")]
    public async Task SearchWithFilter_ReadsNoMoreThanEither(string query)
    {
        await ListAsync(MillionCustomers.Big, "?" + query, null, FewCustomers.Most + 1);
    }

    private async Task<(int Found, double Read)> ListAsync(Guid business, string url, CustomerPlace? after, int most)
    {
        var caller = CallerOf(business);
        var request = new DefaultHttpContext { Request = { QueryString = new QueryString(url) } }.Request;
        var query = (await request.ReadQuery(CustomerQuery.From)).Value;
        if (after is not null)
        {
            query = query with { Page = query.Page with { Cursor = Cursors.Seal(caller, "customers", query.Asked, after) } };
        }

        await using var database = new ExplainedDatabase(million.Database, "auto");
        var list = new ListCustomers(database.Database, new FindInOrder(database.Database), new FindByText(database.Database), Cursors);
        await list.ExecuteAsync(caller, query, CancellationToken.None);
        var before = database.Plans.Count;
        var clock = Stopwatch.StartNew();
        var page = await list.ExecuteAsync(caller, query, CancellationToken.None);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{url}: {clock.Elapsed.TotalMilliseconds:F1} ms, {page.Value.Items.Count} items, {database.Plans.Count - before} statements, {database.Plans.Max(plan => plan.RowsRead)} rows, {database.Plans.Max(plan => plan.Buffers)} buffers"));

        // A lookup by id touches some pages of an index and one of the table.
        AssertReads(database, most, buffers: most * 12L);
        return (page.Value.Items.Count, database.Plans.Max(plan => plan.RowsRead));
    }

    private static void AssertReads(ExplainedDatabase database, double rows, long buffers)
    {
        Assert.NotEmpty(database.Plans);
        Assert.All(
            database.Plans,
            plan =>
            {
                Assert.False(plan.ReadsAWholeTable, $"A whole table is read. {plan}");
                Assert.True(plan.RowsRead <= rows, $"More than {rows} rows are read. {plan}");
                Assert.True(plan.Buffers <= buffers, $"More than {buffers} buffers are read. {plan}");
            });
    }

    private static Caller CallerOf(Guid business) => new("planner", Role.Compliance, business, [business]);

    private async Task<T> SingleAsync<T>(string sql) => (await million.Database.QueryAsync<T>(sql, new { business = MillionCustomers.Big }))[0];

    private sealed record Place
    {
        public required string Key { get; init; }
        public required Guid Id { get; init; }
    }
}
