using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.IntegrationTests.Customers.ListAnswers;

namespace NxLoy.Functions.IntegrationTests.Customers;

public sealed class ListTests(TestApp app) : IClassFixture<TestApp>, IAsyncLifetime
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

    [Fact]
    public async Task List_WithoutCustomers_IsOneEmptyPage() =>
        Assert.Equal("""{"items":[],"nextCursor":null}""", (await owner.GetAsync(List)).Expect(200).Text);

    [Fact]
    public async Task Item_ShowsWhatTheProfileShows()
    {
        var id = await CustomerAsync("Luís", "Gonçalves", spent: 12.5m, visitedAt: "2026-03-01T10:00:00Z", tags: ["vip", "Ábc"]);

        var item = (await owner.GetAsync(List)).Expect(200).Json["items"]!.AsArray().Single()!.AsObject();
        var profile = (await owner.GetAsync($"{List}/{id}")).Expect(200).Json;

        Assert.All(item, field => Assert.Equal(profile[field.Key]?.ToJsonString(), field.Value?.ToJsonString()));
        Assert.Equal(
            ["id", "externalId", "email", "phone", "firstName", "lastName", "fullName", "loyaltyTier", "isActive", "tags", "totalSpent",
                "visitCount", "lastVisit", "createdAt", "deletedAt"],
            item.Select(field => field.Key));
    }

    [Fact]
    public async Task List_IsNewestFirstUnlessASortIsAsked()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, await CustomerAsync($"N{i}"));
        }

        Assert.Equal(ids, Ids(await owner.GetAsync(List)));
    }

    [Theory]
    [InlineData("name", "Ann Abel, Zoë Abel, Éva Köhler, Bob Kohlrabi, Ann Žižka")]
    [InlineData("-name", "Ann Žižka, Bob Kohlrabi, Éva Köhler, Zoë Abel, Ann Abel")]
    [InlineData("totalSpent", "Bob Kohlrabi, Éva Köhler, Ann Žižka, Ann Abel, Zoë Abel")]
    [InlineData("-totalSpent", "Zoë Abel, Ann Abel, Ann Žižka, Éva Köhler, Bob Kohlrabi")]
    [InlineData("lastVisit", "Bob Kohlrabi, Éva Köhler, Zoë Abel, Ann Abel, Ann Žižka")]
    [InlineData("-lastVisit", "Ann Žižka, Ann Abel, Zoë Abel, Éva Köhler, Bob Kohlrabi")]
    [InlineData("created", "Bob Kohlrabi, Éva Köhler, Ann Žižka, Zoë Abel, Ann Abel")]
    public async Task Sort_OrdersByItsKeyAndPutsWhoNeverVisitedLowest(string sort, string names)
    {
        await CustomerAsync("Bob", "Kohlrabi");
        await CustomerAsync("Éva", "Köhler", spent: 5, visitedAt: "2026-01-01T00:00:00Z");
        await CustomerAsync("Ann", "Žižka", spent: 10, visitedAt: "2026-01-04T00:00:00Z");
        await CustomerAsync("Zoë", "Abel", spent: 100, visitedAt: "2026-01-02T00:00:00Z");
        await CustomerAsync("Ann", "Abel", spent: 20.01m, visitedAt: "2026-01-03T00:00:00Z");

        Assert.Equal(names, Names(await owner.GetAsync($"{List}?sort={sort}")));
    }

    [Theory]
    [InlineData("tier=GOLD", "Gold")]
    [InlineData("status=inactive", "Inactive")]
    [InlineData("status=active&tier=BRONZE", "Vip, Early, Late, Midnight")]
    [InlineData("tag=vip", "Vip")]
    [InlineData("tag=VIP", "Vip")]
    [InlineData("tag=vi", "")]
    [InlineData("tag=vip&tier=GOLD", "")]
    [InlineData("createdFrom=2026-02-02", "Late")]
    [InlineData("createdFrom=2026-02-01&createdTo=2026-02-01", "Midnight")]
    [InlineData("createdTo=2026-01-31", "Early")]
    [InlineData("createdFrom=2026-02-02T04:59:59.999999Z", "Late, Midnight")]
    [InlineData("createdTo=2026-02-02T04:59:59.999999Z", "Early, Midnight")]
    [InlineData("createdTo=2026-02-02T04:59:59.999998Z", "Early")]
    [InlineData("createdTo=2026-02-01T23:59:59.999999-05:00", "Early, Midnight")]
    [InlineData("lastVisitFrom=2026-03-02", "Late")]
    [InlineData("lastVisitTo=2026-03-01", "Early")]
    [InlineData("lastVisitFrom=2026-03-01&lastVisitTo=2026-03-02", "Early, Late")]
    [InlineData("lastVisitFrom=2026-03-01&lastVisitTo=2026-03-02&createdTo=2026-01-31", "Early")]
    public async Task Filter_ShowsWhoFitsInEveryOrder(string filter, string names)
    {
        await CustomerAsync("Gold", createdAt: "2026-01-20T00:00:00Z", tier: "GOLD");
        await CustomerAsync("Inactive", createdAt: "2026-01-20T00:00:00Z", status: "inactive");
        await CustomerAsync("Vip", createdAt: "2026-01-20T00:00:00Z", tags: ["Vip"]);
        await CustomerAsync("Early", createdAt: "2026-01-10T00:00:00Z", visitedAt: "2026-03-02T04:59:59Z");
        await CustomerAsync("Late", createdAt: "2026-02-02T05:00:00Z", visitedAt: "2026-03-02T05:00:00Z");
        await CustomerAsync("Midnight", createdAt: "2026-02-02T04:59:59.999999Z");
        var expected = names.Split(", ", StringSplitOptions.RemoveEmptyEntries)
            .Concat(filter.StartsWith("createdTo", StringComparison.Ordinal) ? ["Gold", "Inactive", "Vip"] : []).Order();

        foreach (var sort in new[] { "name", "-created", "lastVisit", "-totalSpent" })
        {
            Assert.Equal(expected, Names(await owner.GetAsync($"{List}?sort={sort}&{filter.Replace("+", "%2B", StringComparison.Ordinal)}")).Split(", ", StringSplitOptions.RemoveEmptyEntries).Order());
        }
    }

    [Fact]
    public async Task Deleted_AreListedForComplianceAlone()
    {
        var gone = await CustomerAsync("Gone");
        var here = await CustomerAsync("Here");
        (await owner.DeleteAsync($"{List}/{gone}")).Expect(202);
        var compliance = app.AsOf(business, "compliance");

        Assert.Equal([here], Ids(await owner.GetAsync(List)));
        Assert.Equal([here], Ids(await compliance.GetAsync(List)));
        Assert.Equal([gone], Ids(await compliance.GetAsync($"{List}?status=deleted")));
        Assert.Equal([gone], Ids(await compliance.GetAsync($"{List}?status=deleted&search=gone")));
        Assert.Equal([gone], Ids(await compliance.GetAsync($"{List}?status=deleted&sort=-totalSpent")));
        var refused = await owner.GetAsync($"{List}?status=deleted");
        Assert.Equal((403, "role_missing"), (refused.Code, refused.Problem));
    }

    [Fact]
    public async Task OtherBusinesses_AreNeverListed()
    {
        await app.CustomerAsync(firstName: "Elsewhere", business: app.OtherBusiness);

        Assert.DoesNotContain("Elsewhere", Names(await owner.GetAsync(List)), StringComparison.Ordinal);
        Assert.Empty(Ids(await owner.GetAsync($"{List}?search=elsewhere")));
    }

    [Theory]
    [InlineData("staff", 200)]
    [InlineData("owner", 200)]
    [InlineData("compliance", 200)]
    [InlineData("service", 403)]
    [InlineData("customer", 403)]
    public async Task List_IsForStaffOwnerAndCompliance(string role, int status)
    {
        Assert.Equal(status, (await app.AsOf(business, role).GetAsync(List)).Code);
        Assert.Equal(status, (await app.AsOf(business, role).PostAsync($"{List}/search", new { })).Code);
    }

    [Fact]
    public async Task EveryFault_IsNamedAtOnceInUrlAndBody()
    {
        var url = await owner.GetAsync($"{List}?tier=gold&status=gone&createdFrom=yesterday&lastVisitTo=2026-02-30&sort=--name&limit=0&segment=x&tag={new string('a', 51)}");
        var body = await owner.PostAsync($"{List}/search", new
        {
            tier = "gold", status = "gone", createdFrom = "yesterday", lastVisitTo = "2026-02-30", sort = "email", limit = 201, segment = "x", tag = new string('a', 51),
        });

        string[] faults = ["tier not_one_of", "status not_one_of", "tag too_long", "createdFrom invalid_time", "lastVisitTo invalid_time", "sort not_one_of", "limit out_of_range"];
        Assert.Equal([.. faults, "segment unknown_parameter"], url.Expect(400).Faults);
        Assert.Equal([.. faults.Select(fault => "/" + fault), "/segment unknown_field"], body.Expect(400).Faults);
    }

    [Fact]
    public async Task SortWithSearch_IsRefused() =>
        Assert.Equal(["sort not_with_search"], (await owner.GetAsync($"{List}?search=ann&sort=name")).Expect(400).Faults);

    private Task<Guid> CustomerAsync(
        string? firstName = null, string? lastName = null, decimal spent = 0, string? visitedAt = null, string? createdAt = null,
        string tier = "BRONZE", string status = "active", params string[] tags) =>
        app.ListedCustomerAsync(business, firstName, lastName, spent, visitedAt, createdAt, tier, status != "inactive", tags);
}
