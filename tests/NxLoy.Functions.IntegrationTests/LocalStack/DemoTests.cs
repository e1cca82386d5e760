using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.LocalStack.Demonstration;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

/// <summary>./run --demo of the real app.</summary>
[Trait("Category", "Slow")]
[Collection(LocalStackFixture.OneAfterTheOther)]
public sealed class DemoTests(LocalStackFixture stack) : IClassFixture<LocalStackFixture>
{
    [Fact]
    public async Task Demo_FillsBothBusinesses_AndSaidAgainChangesNothing()
    {
        var info = await stack.StartAsync("--demo");
        var before = await Task.WhenAll(CustomersAsync(info, 0), CustomersAsync(info, 1));

        Assert.All(before, business =>
        {
            Assert.Equal(DemoPeople.Count, business.Count);
            Assert.All(business, customer => Assert.InRange((int)customer["visitCount"]!, 0, 400));
            Assert.InRange(business.Count(customer => (decimal)customer["totalSpent"]! > 0), 280, 300);
            Assert.InRange(business.Count(customer => DaysSinceVisit(customer) >= 90), 50, 150);
            Assert.InRange(business.Count(customer => DaysSinceVisit(customer) < 30), 80, 250);
            Assert.Contains(business, customer => customer["lastName"]!.ToString().Any(letter => letter > 127));
            Assert.InRange(business.Count(customer => customer["phone"] is not null), 230, 280);
        });

        var again = await stack.StartAsync("--demo");
        var after = await Task.WhenAll(CustomersAsync(again, 0), CustomersAsync(again, 1));

        Assert.Equal(Texts(before), Texts(after));
    }

    private static double? DaysSinceVisit(JsonObject customer) => (DateTimeOffset.UtcNow - (DateTimeOffset?)customer["lastVisit"])?.TotalDays;

    private static IEnumerable<string> Texts(IEnumerable<IReadOnlyList<JsonObject>> businesses) =>
        businesses.SelectMany(business => business.Select(customer => customer.ToJsonString()));

    private static async Task<IReadOnlyList<JsonObject>> CustomersAsync(JsonNode info, int business)
    {
        using var http = LocalStackFixture.ClientOf(info, business);
        var (customers, cursor) = (new List<JsonObject>(), (string?)null);
        do
        {
            var page = (await http.GetFromJsonAsync<JsonObject>(string.Create(
                CultureInfo.InvariantCulture, $"/api/v1/customers?sort=created&limit=200{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}")))!;
            customers.AddRange(page["items"]!.AsArray().Select(item => item!.DeepClone().AsObject()));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        return customers;
    }
}
