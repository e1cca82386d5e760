using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

public sealed class LargeBatchTests(TestApp app) : IClassFixture<TestApp>
{
    // So many that they are recorded side by side.
    [Fact]
    public async Task LargeBatch_IsRecordedOnce_AndEveryRefundFindsItsSale()
    {
        var business = await app.GivenBusinessAsync();
        List<Guid> customers = [];
        for (var n = 0; n < 30; n++)
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
        }

        var events = customers.SelectMany(customer =>
        {
            var sale = $"{Guid.NewGuid()}";
            return (object[])
            [
                Events.Of("refunded", Events.Data(business, 4, $"{Guid.NewGuid()}", customerId: customer, original: sale)),
                Events.Sale(business, customer, 10, sale),
                .. Enumerable.Range(0, 3).Select(_ => Events.Sale(business, customer, 1)),
            ];
        }).Select(BusApp.Message).ToArray();
        for (var times = 0; times < 2; times++)
        {
            await app.DeliverAsync(events);

            Assert.Equal(
                Enumerable.Repeat("9.0000 4", customers.Count),
                await app.Database.QueryAsync<string>("select total_spent || ' ' || visit_count from customer_metrics where business_id = @business", new { business }));
            Assert.Empty(await app.Database.QueryAsync<Guid>("select id from dead_letters where business_id = @business", new { business }));
        }
    }
}
