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
        await app.TiersAsync(business, Thresholds);
        var customers = await FourAsync(business);
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

        // A run over everybody finds nothing to do.
        await app.TierRunsSettledAsync();
        var before = await app.TierRowsAsync(business);
        Assert.Null(await app.EndTierRunAsync(await app.BeginTierRunAsync(business)));
        Assert.Equal(before, await app.TierRowsAsync(business));
        foreach (var customer in customers)
        {
            await app.AssertTierHistoryAsync(customer);
        }
    }

    /// <summary>What one instance was told by ones and twos and two others by the hundred is the same in the end, and so is the way there.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task AnySplitIntoBatches_GivesTheSameTiers(int seed)
    {
        await using var second = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, app.StartedWith);
        var random = new Random(seed);
        var (few, many) = (await app.GivenBusinessAsync(), await app.GivenBusinessAsync());
        var customers = new Dictionary<Guid, List<Guid>>();
        foreach (var business in new[] { few, many })
        {
            await app.TiersAsync(business, Thresholds);
            customers[business] = await FourAsync(business);
        }

        await app.TierRunsSettledAsync();
        var history = History(random);
        var (one, other) = (app.AsOf(few, "service"), new ApiClient(second.CreateClient(), TestApp.Token("service", [many]), TestApp.Contract));
        await SendInOrderAsync(few, 3, [one]);
        await SendInOrderAsync(many, 100, [app.AsOf(many, "service"), other]);

        for (var n = 0; n < 4; n++)
        {
            var (here, there) = (customers[few][n], customers[many][n]);
            Assert.Equal(await LifeAsync(here), await LifeAsync(there));
            await app.AssertTierHistoryAsync(here);
            await app.AssertTierHistoryAsync(there);
        }

        Assert.NotEmpty(await app.Database.QueryAsync<string>("select cause from tier_changes where business_id = @few and cause = 'reversal'", new { few }));

        async Task SendInOrderAsync(Guid business, int most, ApiClient[] instances)
        {
            var told = history.Select(tell => tell(business, customers[business])).ToArray();
            for (int at = 0, batch = 0; at < told.Length; batch++)
            {
                var some = told.Skip(at).Take(random.Next(1, most + 1)).ToArray();
                at += some.Length;
                var outcomes = (await instances[batch % instances.Length].PostAsync("/api/v1/events", Events.Batch(some))).Outcomes();
                Assert.All(outcomes, outcome => Assert.StartsWith("accepted", outcome, StringComparison.Ordinal));
            }
        }

        async Task<string> LifeAsync(Guid customer) => string.Join('\n', await app.Database.QueryAsync<string>(
            """
            select c.loyalty_tier || ' ' || coalesce(s.ruled || ' ' || s.steps || ' ' || coalesce(s.grace_from || '..' || s.grace_until, ''), '')
            from customers c left join tier_states s on s.customer_id = c.id
            where c.id = @customer
            union all
            (select from_tier || ' ' || to_tier || ' ' || cause || ' ' || measures from tier_changes where customer_id = @customer order by sequence)
            """,
            new { customer }));
    }

    /// <summary>Sales, of which some are taken back later or in part, and points, each for the customer of a number.</summary>
    private static List<Func<Guid, List<Guid>, object>> History(Random random)
    {
        var history = new List<Func<Guid, List<Guid>, object>>();
        var sales = new List<(int Customer, string Id, int Left)>();
        for (var n = 0; n < 160; n++)
        {
            var (number, customer, at) = (n, random.Next(4), Start.AddMinutes(n));
            switch (random.Next(5))
            {
                case < 2:
                    var amount = random.Next(5, 40);
                    sales.Add((customer, $"s{n}", amount));
                    history.Add((business, customers) => Events.Sale(business, customers[customer], amount, $"s{number}", at));
                    break;
                case < 4 when sales.Count > 0:
                    var sale = sales[random.Next(sales.Count)];
                    sales.Remove(sale);
                    var back = random.Next(3) == 0 ? random.Next(1, sale.Left) : sale.Left;
                    history.Add((business, customers) => Events.Of(
                        back == sale.Left ? "voided" : "refunded", Events.Data(business, back, $"r{number}", at, customers[sale.Customer], original: sale.Id)));
                    break;
                default:
                    var (points, told) = (random.Next(600), at.AddMinutes(random.Next(-20, 20))); // some are superseded
                    history.Add((business, customers) => Events.Balance(business, customers[customer], points, told));
                    break;
            }
        }

        return history;
    }

    // SILVER at 60 spent or 400 points, GOLD at 100 or 550.
    private static object Thresholds { get; } = new
    {
        thresholds = new
        {
            silver = new { spendingThreshold = 60, pointsThreshold = 400, evaluationPeriod = "yearly" },
            gold = new { spendingThreshold = 100, pointsThreshold = 550, evaluationPeriod = "yearly" },
            platinum = new { spendingThreshold = 1000, evaluationPeriod = "yearly" },
        },
    };

    private async Task<List<Guid>> FourAsync(Guid business)
    {
        var customers = new List<Guid>();
        for (var n = 0; n < 4; n++)
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
        }

        return customers;
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
