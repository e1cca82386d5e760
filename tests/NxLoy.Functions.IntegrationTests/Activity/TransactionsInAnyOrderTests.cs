using NxLoy.Functions.Activity;
using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.Activity.TransactionKind;
using static NxLoy.Functions.Activity.TransactionStatus;
using static NxLoy.Functions.IntegrationTests.Activity.SomeTransactions;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>However transactions arrive, the figures are those of a naive computation over all of them.</summary>
public sealed class TransactionsInAnyOrderTests(TestApp app) : IClassFixture<TestApp>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task AnyOrderAndAnySplit_GivesTheFiguresOfANaiveComputation(int seed)
    {
        var random = new Random(seed);
        var business = await app.GivenBusinessAsync("Pacific/Apia");
        var customers = new List<Guid>();
        for (var n = 0; n < 5; n++)
        {
            customers.Add((await app.CustomerAsync(business: business)).Id);
        }

        var facts = Facts(random, customers);
        await RecordInAnyOrderAsync(random, business, facts);

        foreach (var customer in customers)
        {
            var profile = (await app.AsOf(business, "owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;
            var (total, visits, first, last) = Naive([.. facts.Where(fact => fact.CustomerId == customer)]);
            Assert.Equal(total, (decimal?)profile["totalSpent"]);
            Assert.Equal(visits, (int?)profile["visitCount"]);
            Assert.Equal(last, (DateTimeOffset?)profile["lastVisit"]);
            var days = await app.Database.QueryAsync<string?>(
                "select first_visit_on || ' ' || last_visit_on from customer_metrics where customer_id = @customer", new { customer });
            Assert.Equal(first is null ? null : $"{Day(first.Value)} {Day(last!.Value)}", days[0]);
        }

        static string Day(DateTimeOffset instant) => BusinessCalendar.LocalDay(instant, "Pacific/Apia").ToString("yyyy-MM-dd", null);
    }

    /// <summary>Sales, and for some of them refunds (in parts, in full, too much) and voids.</summary>
    private static List<TransactionFact> Facts(Random random, List<Guid> customers)
    {
        var facts = new List<TransactionFact>();
        for (var n = 0; n < 120; n++)
        {
            var occurred = DateTimeOffset.UnixEpoch.AddYears(55).AddMinutes(random.Next(500_000));
            var sale = Sale(customers[random.Next(customers.Count)], random.Next(0, 5000) / 100m, occurred);
            facts.Add(sale);
            switch (random.Next(6))
            {
                case 0:
                    facts.Add(Reverse(REFUND, sale, sale.Amount));
                    break;
                case 1:
                    facts.Add(Reverse(REFUND, sale, Math.Round(sale.Amount / 3, 2, MidpointRounding.ToZero)));
                    facts.Add(Reverse(REFUND, sale, Math.Round(sale.Amount / 2, 2, MidpointRounding.ToZero)));
                    break;
                case 2:
                    facts.Add(Reverse(REFUND, sale, sale.Amount + 1));
                    break;
                case 3:
                    facts.Add(Reverse(VOID, sale, sale.Amount));
                    facts.Add(Reverse(REFUND, sale, Math.Round(sale.Amount / 2, 2, MidpointRounding.ToZero)));
                    break;
            }
        }

        return facts;
    }

    /// <summary>Shuffled, in batches of any size, some sent twice; what is to be retried is sent again until it is not.</summary>
    private async Task RecordInAnyOrderAsync(Random random, Guid business, List<TransactionFact> facts)
    {
        var waiting = facts.ToArray();
        while (waiting.Length > 0)
        {
            random.Shuffle(waiting);
            var retried = new List<TransactionFact>();
            for (var at = 0; at < waiting.Length;)
            {
                var batch = waiting.Skip(at).Take(random.Next(1, 40)).ToArray();
                at += batch.Length;
                for (var times = random.Next(1, 3); times > 0; times--)
                {
                    var outcomes = (await app.Record().ExecuteAsync(business, batch, CancellationToken.None)).Value;
                    retried.AddRange(batch.Zip(outcomes).Where(pair => pair.Second.Status == Retry).Select(pair => pair.First));
                }
            }

            waiting = [.. retried.Distinct()];
        }
    }

    private static (decimal Total, int Visits, DateTimeOffset? First, DateTimeOffset? Last) Naive(IReadOnlyList<TransactionFact> facts)
    {
        var total = 0m;
        var visits = new List<DateTimeOffset>();
        foreach (var sale in facts.Where(fact => fact.Kind == SALE))
        {
            var reversals = facts.Where(fact => fact.OriginalTransactionId == sale.TransactionId && fact.Amount <= sale.Amount).ToArray();
            var net = reversals.Any(fact => fact.Kind == VOID) ? 0 : sale.Amount - reversals.Sum(fact => fact.Amount);
            total += net;
            if (net > 0 || sale.Amount == 0 && !reversals.Any(fact => fact.Kind == VOID))
            {
                visits.Add(sale.OccurredAt);
            }
        }

        return (total, visits.Count, visits.Count == 0 ? null : visits.Min(), visits.Count == 0 ? null : visits.Max());
    }
}
