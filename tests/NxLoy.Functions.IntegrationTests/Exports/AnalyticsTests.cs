using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>BUSINESS_ANALYTICS: figures of groups, never of one.</summary>
public sealed class AnalyticsTests(FilingApp app) : IClassFixture<FilingApp>
{
    [Fact]
    public async Task Groups_AreTheCustomersOwn_BesideTheWhole()
    {
        var business = await app.GivenBusinessAsync();
        var (today, joined) = (DateTimeOffset.UtcNow.ToString("O"), "2026-01-15T12:00:00Z");
        var customer = Guid.Empty;
        for (var n = 0; n < 6; n++)
        {
            customer = await app.ListedCustomerAsync(business, spent: 10, tier: "GOLD", visitedAt: today, createdAt: joined, firstName: "Goldmember");
            await app.ListedCustomerAsync(business, spent: 1, createdAt: "2026-02-01T12:00:00Z");
        }

        var package = await app.ExportedAsync(customer, "BUSINESS_ANALYTICS", business);

        Assert.Equal(["groups"], package.Sections);
        Assert.Equal(
            ["activity active False 6 60 10 6 1", "monthOfJoining 2026-01 False 6 60 10 6 1", "tier GOLD False 6 60 10 6 1", "all all False 12 66 5.5 6 0.5"],
            package.Json("groups").Select(row => string.Join(' ', row!.AsObject().Select(field => field.Value!.ToString().Replace("false", "False", StringComparison.Ordinal)))));
        Assert.DoesNotContain(customer.ToString(), package.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("Goldmember", package.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MonthOfJoining_IsTheBusinessesOwn()
    {
        var business = await app.GivenBusinessAsync("America/New_York");
        var customer = Guid.Empty;
        for (var n = 0; n < 6; n++)
        {
            customer = await app.ListedCustomerAsync(business, createdAt: "2026-02-01T04:59:59Z"); // there, it is still January
            await app.ListedCustomerAsync(business, createdAt: "2026-02-01T05:00:00Z");
            await app.ListedCustomerAsync(business, createdAt: "2026-04-15T12:00:00Z");
        }

        var rows = (await app.ExportedAsync(customer, "BUSINESS_ANALYTICS", business)).Json("groups");

        Assert.Equal(["2026-01 6"], rows.Where(row => (string?)row!["dimension"] == "monthOfJoining").Select(row => $"{(string?)row!["group"]} {row["customers"]}"));
    }

    [Fact]
    public async Task SmallGroup_IsSuppressed_AndSoIsTheOneThatWouldGiveItAway()
    {
        var business = await app.GivenBusinessAsync();
        var many = Guid.Empty;
        for (var n = 0; n < 7; n++)
            many = await app.ListedCustomerAsync(business, spent: 10);
        for (var n = 0; n < 2; n++)
            await app.ListedCustomerAsync(business, spent: 1000, tier: "PLATINUM");

        var rows = (await app.ExportedAsync(many, "BUSINESS_ANALYTICS", business)).Json("groups");

        // Nine in all less seven would be what two spent.
        Assert.Equal([("activity", false), ("monthOfJoining", false), ("tier", true), ("all", false)], rows.Select(row => ((string)row!["dimension"]!, (bool)row["isSuppressed"]!)));
        Assert.All(new[] { "customers", "totalSpent", "averageSpent", "visits", "averageVisits" }, figure => Assert.Null(rows[2]![figure]));
    }

    [Fact]
    public async Task BusinessOfAFew_ShowsNothing()
    {
        var business = await app.GivenBusinessAsync();
        var customer = await app.ListedCustomerAsync(business, spent: 10);

        var rows = (await app.ExportedAsync(customer, "BUSINESS_ANALYTICS", business)).Json("groups");

        Assert.All(rows, row => Assert.True((bool)row!["isSuppressed"]!));
    }
}
