using Dapper;
using Npgsql;
using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.Activity.TransactionKind;
using static NxLoy.Functions.Activity.TransactionStatus;
using static NxLoy.Functions.IntegrationTests.Activity.SomeTransactions;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>Batches that arrive at the same time.</summary>
public sealed class TransactionsAtOnceTests(TestApp app) : IClassFixture<TestApp>
{
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
            return app.RecordAsync(batch);
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

        var batch = app.RecordAsync(Sale(second, 1, DateTimeOffset.UtcNow), Sale(first, 1, DateTimeOffset.UtcNow));
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
        await app.RecordAsync(sale);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => app.RecordAsync(Reverse(REFUND, sale, 9))));

        Assert.Equal(11, outcomes.Count(batch => batch[0].Status == Accepted));
        Assert.Equal(9, outcomes.Count(batch => batch[0].Code == "refund_exceeds_sale"));
        Assert.Equal(1m, (decimal?)(await app.ProfileAsync(customer))["totalSpent"]);
    }
}
