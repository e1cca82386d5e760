using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>
/// Events of every kind, in any order, more than once, from two instances at once: what is recorded in the end is what a
/// naive computation over all of them gives.
/// </summary>
public sealed class EventsInAnyOrderTests(TestApp app) : IClassFixture<TestApp>
{
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AnyOrder_FromTwoInstances_EndsTheSame(int seed)
    {
        await using var second = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, app.StartedWith);
        var random = new Random(seed);
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business);
        var customers = new List<Guid>();
        for (var n = 0; n < 4; n++)
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
        }

        var told = new List<object>();
        var sales = new List<(Guid Customer, decimal Net, bool Stands)>();
        var balances = new List<(Guid Customer, int Minute, long Balance)>();
        for (var n = 0; n < 80; n++)
        {
            var (customer, refunded, balance) = (customers[random.Next(4)], random.Next(11), random.Next(1000));
            told.Add(Events.Sale(business, customer, 10, $"{seed}-s{n}", Start.AddMinutes(n)));
            told.Add(Events.Of("refunded", Events.Data(business, refunded, $"{seed}-r{n}", Start.AddMinutes(n + 1), customer, original: $"{seed}-s{n}")));
            told.Add(Events.Of("refunded", Events.Data(business, 11, $"{seed}-x{n}", Start.AddMinutes(n + 1), customer, original: $"{seed}-s{n}"))); // more than was paid
            told.Add(Events.Balance(business, customer, balance, Start.AddMinutes(n)));
            told.Add(Events.Redemption(business, customer, $"{seed}-p{n % 60}", points: 5, at: Start));
            told.Add(Events.Message(business, customer, $"{seed}-m{n % 60}", at: Start));
            told.Add(Events.Business(business, Start.AddMinutes(n), $"Name {n}"));
            sales.Add((customer, 10 - refunded, refunded < 10));
            balances.Add((customer, n, balance));
        }

        await SendAsync(random, told, [app.AsOf(business, "service"), new ApiClient(second.CreateClient(), TestApp.Token("service", [business]), TestApp.Contract)]);

        foreach (var customer in customers)
        {
            var profile = (await app.AsOf(business, "owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;
            Assert.Equal(
                (sales.Where(sale => sale.Customer == customer).Sum(sale => sale.Net), sales.Count(sale => sale.Customer == customer && sale.Stands)),
                ((decimal)profile["totalSpent"]!, (int)profile["visitCount"]!));
            Assert.Equal(
                [balances.Where(one => one.Customer == customer).MaxBy(one => one.Minute).Balance],
                await app.Database.QueryAsync<long>("select balance from loyalty_balances where customer_id = @customer", new { customer }));
        }

        Assert.Equal(
            ["60 60 80 Name 79"],
            await app.Database.QueryAsync<string>(
                """
                select (select count(*) from redemptions where business_id = b.id) || ' ' || (select count(*) from communications where business_id = b.id) || ' '
                    || (select count(*) from loyalty_balance_changes where business_id = b.id) || ' ' || b.name
                from businesses b where b.id = @business
                """,
                new { business }));
    }

    /// <summary>In batches of any size, some sent twice, two at once; what is to be retried is sent again until it is not.</summary>
    private static async Task SendAsync(Random random, List<object> told, ApiClient[] instances)
    {
        var waiting = told.ToArray();
        while (waiting.Length > 0)
        {
            random.Shuffle(waiting);
            var batches = new List<object[]>();
            for (var at = 0; at < waiting.Length;)
            {
                var batch = waiting.Skip(at).Take(random.Next(1, 60)).ToArray();
                at += batch.Length;
                batches.AddRange(Enumerable.Repeat(batch, random.Next(1, 3)));
            }

            var next = -1;
            var retried = new System.Collections.Concurrent.ConcurrentBag<object>();
            await Task.WhenAll(instances.Concat(instances).Select(async instance =>
            {
                for (int at; (at = Interlocked.Increment(ref next)) < batches.Count;)
                {
                    var outcomes = (await instance.PostAsync("/api/v1/events", Events.Batch(batches[at]))).Outcomes();
                    Assert.DoesNotContain(outcomes, outcome => outcome is not ("accepted" or "accepted superseded" or "duplicate" or "retry sale_not_arrived" or "rejected refund_exceeds_sale"));
                    foreach (var (one, _) in batches[at].Zip(outcomes).Where(one => one.Second.StartsWith("retry", StringComparison.Ordinal)))
                    {
                        retried.Add(one);
                    }
                }
            }));
            waiting = [.. retried.Distinct()];
        }
    }
}
