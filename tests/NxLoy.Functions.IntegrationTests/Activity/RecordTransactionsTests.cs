using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NxLoy.Functions.Activity;
using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.Activity.TransactionKind;
using static NxLoy.Functions.Activity.TransactionStatus;

namespace NxLoy.Functions.IntegrationTests.Activity;

public sealed class RecordTransactionsTests(TestApp app) : IClassFixture<TestApp>
{
    private static int counter;

    private RecordTransactions Record => app.Host.Services.GetRequiredService<RecordTransactions>();

    [Fact]
    public async Task Sales_ShowInTheProfilesFigures()
    {
        var customer = (await app.CustomerAsync()).Id;
        var last = DateTimeOffset.UtcNow.AddDays(-95);

        await RecordAsync(Sale(customer, 10.01m, last.AddDays(-40)), Sale(customer, 5, last));

        var profile = await ProfileAsync(customer);
        Assert.Equal(15.01m, (decimal?)profile["totalSpent"]);
        Assert.Equal(2, (int?)profile["visitCount"]);
        Assert.Equal(7.51m, (decimal?)profile["avgOrderValue"]);
        Assert.Equal(last.ToUnixTimeSeconds(), ((DateTimeOffset?)profile["lastVisit"])?.ToUnixTimeSeconds());
        Assert.Equal(95, (int?)profile["daysSinceLastVisit"]);
        Assert.True((bool?)profile["isAtRisk"]);
    }

    [Fact]
    public async Task RefundsAndVoids_TakeBackMoneyAndVisits()
    {
        var customer = (await app.CustomerAsync()).Id;
        var first = DateTimeOffset.UtcNow.AddDays(-10);
        var (kept, refunded, voided) = (Sale(customer, 10, first), Sale(customer, 20, first.AddDays(1)), Sale(customer, 30, first.AddDays(2)));
        await RecordAsync(kept, refunded, voided);

        await RecordAsync(Reverse(REFUND, kept, 4), Reverse(REFUND, refunded, 15), Reverse(REFUND, refunded, 5), Reverse(VOID, voided, 30), Reverse(REFUND, voided, 1));

        var profile = await ProfileAsync(customer);
        Assert.Equal(6m, (decimal?)profile["totalSpent"]);
        Assert.Equal(1, (int?)profile["visitCount"]);
        Assert.Equal(10, (int?)profile["daysSinceLastVisit"]);
    }

    [Fact]
    public async Task EverythingReversed_LeavesNoVisit()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);

        await RecordAsync(sale, Reverse(VOID, sale, 10));

        var profile = await ProfileAsync(customer);
        Assert.Equal(0m, (decimal?)profile["totalSpent"]);
        Assert.Equal(0, (int?)profile["visitCount"]);
        Assert.Null(profile["lastVisit"]);
        Assert.Null(profile["avgOrderValue"]);
    }

    [Fact]
    public async Task SaleThatCostNothing_IsAVisit()
    {
        var customer = (await app.CustomerAsync()).Id;

        await RecordAsync(Sale(customer, 0, DateTimeOffset.UtcNow));

        Assert.Equal(1, (int?)(await ProfileAsync(customer))["visitCount"]);
    }

    [Fact]
    public async Task SameBatchAgain_ChangesNothing()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);
        var batch = new[] { sale, Reverse(REFUND, sale, 4) };
        await RecordAsync(batch);
        var before = await ProfileAsync(customer);

        var again = await RecordAsync(batch);

        Assert.Equal([Duplicate, Duplicate], again.Select(outcome => outcome.Status));
        Assert.Equal(before.ToJsonString(), (await ProfileAsync(customer)).ToJsonString());
    }

    [Fact]
    public async Task RefundBeforeItsSale_IsRetriedAndThenCounts()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);
        var refund = Reverse(REFUND, sale, 4);

        Assert.Equal(new TransactionOutcome(refund.TransactionId, Retry, "sale_not_arrived"), Assert.Single(await RecordAsync(refund)));
        await RecordAsync(sale);
        await RecordAsync(refund);

        Assert.Equal(6m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task RefusedFacts_LeaveTheAcceptedOnesAndAnswerInOrder()
    {
        var customer = (await app.CustomerAsync()).Id;
        var foreign = (await app.CustomerAsync(business: app.OtherBusiness)).Id;
        var now = DateTimeOffset.UtcNow;
        var sale = Sale(customer, 10, now);

        var outcomes = await RecordAsync(
            Reverse(REFUND, sale, 11), Sale(foreign, 10, now), sale, Sale(customer, 10, now.AddMinutes(6)),
            Sale(customer, 10, now) with { Currency = "EUR" }, Sale(customer, 1, now) with { TransactionId = "a\0b" });

        Assert.Equal(
            ["Rejected refund_exceeds_sale", "Unlinked ", "Accepted ", "Rejected future_dated", "Rejected currency_mismatch", "Rejected invalid_transaction_id"],
            outcomes.Select(outcome => $"{outcome.Status} {outcome.Code}"));
        Assert.Equal(10m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task DeletedCustomer_IsCountedAsEver()
    {
        var customer = (await app.CustomerAsync()).Id;
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        Assert.Equal(Accepted, Assert.Single(await RecordAsync(Sale(customer, 10, DateTimeOffset.UtcNow))).Status);
    }

    [Fact]
    public async Task LocalDayAndItems_AreStoredAsToldInTheBusinesssZone()
    {
        var business = await app.GivenBusinessAsync("America/New_York");
        var customer = (await app.CustomerAsync(business: business)).Id;
        var sale = Sale(customer, 10, new DateTimeOffset(2026, 3, 8, 4, 30, 0, TimeSpan.Zero)) with
        {
            Items = [new("Coffee", "Drinks", 2, 3.5m), new("Discount", null, 1, -1)],
        };

        await Record.ExecuteAsync(business, [sale, Reverse(REFUND, sale, 4) with { OccurredAt = sale.OccurredAt.AddDays(30) }], CancellationToken.None);

        Assert.Equal(
            ["2026-03-07", "2026-03-07"],
            await app.Database.QueryAsync<string>("select local_day::text from transactions where customer_id = @customer", new { customer }));
        Assert.Equal(
            ["1 Coffee Drinks 2.0000 3.5000", "2 Discount  1.0000 -1.0000"],
            await app.Database.QueryAsync<string>(
                """
                select line || ' ' || product || ' ' || coalesce(category, '') || ' ' || quantity || ' ' || unit_price
                from transaction_items where transaction_id = @id order by line
                """,
                new { id = sale.TransactionId }));
    }

    [Fact]
    public async Task ClosedOrMissingBusiness_RecordsNothing()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);

        var closed = await Record.ExecuteAsync(await app.GivenBusinessAsync(status: "CLOSED"), [sale], CancellationToken.None);
        var missing = await Record.ExecuteAsync(Guid.NewGuid(), [sale], CancellationToken.None);

        Assert.Equal("business_closed", closed.Problem?.Code);
        Assert.Equal("not_found", missing.Problem?.Code);
    }

    [Fact]
    public async Task SameIdInTwoBusinesses_AreTwoTransactions()
    {
        var (here, there) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync(business: app.OtherBusiness)).Id);
        var sale = Sale(here, 10, DateTimeOffset.UtcNow);

        await RecordAsync(sale);
        var other = await Record.ExecuteAsync(app.OtherBusiness, [sale with { CustomerId = there }], CancellationToken.None);

        Assert.Equal(Accepted, Assert.Single(other.Value).Status);
    }

    [Fact]
    public async Task OverlappingBatchesAtOnce_RecordEachTransactionOnceWithoutDeadlock()
    {
        var customers = new List<Guid>();
        for (var n = 0; n < 12; n++)
        {
            customers.Add((await app.CustomerAsync()).Id);
        }

        var sales = Enumerable.Range(0, 300).Select(n => Sale(customers[n % customers.Count], 1, DateTimeOffset.UtcNow)).ToArray();

        // The same id told of another customer, too: only one of them can be recorded.
        var claims = sales.Take(50).Select(sale => sale with { CustomerId = customers.First(other => other != sale.CustomerId) }).ToArray();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(() =>
        {
            var batch = n % 2 == 0 ? sales.ToArray() : [.. claims, .. sales];
            new Random(n).Shuffle(batch);
            return RecordAsync(batch);
        })));

        Assert.Equal(sales.Length, outcomes.Sum(batch => batch.Count(outcome => outcome.Status == Accepted)));
        Assert.All(outcomes.SelectMany(batch => batch), outcome => Assert.True(outcome.Status is Accepted or Duplicate));
        var total = await app.Database.QueryAsync<decimal>("select sum(total_spent) from customer_metrics where customer_id = any(@customers)", new { customers = customers.ToArray() });
        Assert.Equal(300m, total[0]);
    }

    [Fact]
    public async Task Batch_LocksItsCustomersInTheOrderOfTheirIds()
    {
        var (first, second) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync()).Id);
        await using var other = new NpgsqlConnection(app.Database.Superuser);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await other.ExecuteAsync("select id from customers where id = @first for update", new { first }, transaction);

        var batch = RecordAsync(Sale(second, 1, DateTimeOffset.UtcNow), Sale(first, 1, DateTimeOffset.UtcNow));
        while (!(await app.Database.QueryAsync<bool>(
            "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"))[0])
        {
            Assert.False(batch.IsCompleted);
            await Task.Delay(20);
        }

        // Waiting for the first it holds no other: whoever has the first gets the second too, so there is no circle.
        await other.ExecuteAsync("select id from customers where id = @second for update nowait", new { second }, transaction);
        await transaction.CommitAsync();
        Assert.All(await batch, outcome => Assert.Equal(Accepted, outcome.Status));
    }

    [Fact]
    public async Task RefundsOfOneSaleAtOnce_NeverExceedIt()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 100, DateTimeOffset.UtcNow);
        await RecordAsync(sale);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RecordAsync(Reverse(REFUND, sale, 9))));

        Assert.Equal(11, outcomes.Count(batch => batch[0].Status == Accepted));
        Assert.Equal(9, outcomes.Count(batch => batch[0].Code == "refund_exceeds_sale"));
        Assert.Equal(1m, (decimal?)(await ProfileAsync(customer))["totalSpent"]);
    }

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
                    var outcomes = (await Record.ExecuteAsync(business, batch, CancellationToken.None)).Value;
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

    private async Task<IReadOnlyList<TransactionOutcome>> RecordAsync(params TransactionFact[] facts) =>
        (await Record.ExecuteAsync(app.Business, facts, CancellationToken.None)).Value;

    private async Task<System.Text.Json.Nodes.JsonObject> ProfileAsync(Guid customer) =>
        (await app.As("owner").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json;

    private static TransactionFact Sale(Guid customer, decimal amount, DateTimeOffset occurredAt) => new()
    {
        TransactionId = $"t-{Interlocked.Increment(ref counter)}",
        CustomerId = customer,
        Kind = SALE,
        Amount = amount,
        Currency = "USD",
        OccurredAt = occurredAt,
    };

    private static TransactionFact Reverse(TransactionKind kind, TransactionFact sale, decimal amount) =>
        Sale(sale.CustomerId, amount, sale.OccurredAt.AddMinutes(1)) with { Kind = kind, OriginalTransactionId = sale.TransactionId };
}
