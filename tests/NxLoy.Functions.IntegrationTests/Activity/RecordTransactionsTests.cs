using NxLoy.Functions.Activity;
using NxLoy.Functions.IntegrationTests.Fixtures;
using static NxLoy.Functions.Activity.TransactionKind;
using static NxLoy.Functions.Activity.TransactionStatus;
using static NxLoy.Functions.IntegrationTests.Activity.SomeTransactions;

namespace NxLoy.Functions.IntegrationTests.Activity;

public sealed class RecordTransactionsTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task Sales_ShowInTheProfilesFigures()
    {
        var customer = (await app.CustomerAsync()).Id;
        var last = DateTimeOffset.UtcNow.AddDays(-95);

        await app.RecordAsync(Sale(customer, 10.01m, last.AddDays(-40)), Sale(customer, 5, last));

        var profile = await app.ProfileAsync(customer);
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
        await app.RecordAsync(kept, refunded, voided);

        await app.RecordAsync(Reverse(REFUND, kept, 4), Reverse(REFUND, refunded, 15), Reverse(REFUND, refunded, 5), Reverse(VOID, voided, 30), Reverse(REFUND, voided, 1));

        var profile = await app.ProfileAsync(customer);
        Assert.Equal(6m, (decimal?)profile["totalSpent"]);
        Assert.Equal(1, (int?)profile["visitCount"]);
        Assert.Equal(10, (int?)profile["daysSinceLastVisit"]);
    }

    [Fact]
    public async Task EverythingReversed_LeavesNoVisit()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);

        await app.RecordAsync(sale, Reverse(VOID, sale, 10));

        var profile = await app.ProfileAsync(customer);
        Assert.Equal(0m, (decimal?)profile["totalSpent"]);
        Assert.Equal(0, (int?)profile["visitCount"]);
        Assert.Null(profile["lastVisit"]);
        Assert.Null(profile["avgOrderValue"]);
    }

    [Fact]
    public async Task SaleThatCostNothing_IsAVisit()
    {
        var customer = (await app.CustomerAsync()).Id;

        await app.RecordAsync(Sale(customer, 0, DateTimeOffset.UtcNow));

        Assert.Equal(1, (int?)(await app.ProfileAsync(customer))["visitCount"]);
    }

    [Fact]
    public async Task SameBatchAgain_ChangesNothing()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);
        var batch = new[] { sale, Reverse(REFUND, sale, 4) };
        await app.RecordAsync(batch);
        var before = await app.ProfileAsync(customer);

        var again = await app.RecordAsync(batch);

        Assert.Equal([Duplicate, Duplicate], again.Select(outcome => outcome.Status));
        Assert.Equal(before.ToJsonString(), (await app.ProfileAsync(customer)).ToJsonString());
    }

    [Fact]
    public async Task RefundBeforeItsSale_IsRetriedAndThenCounts()
    {
        var customer = (await app.CustomerAsync()).Id;
        var sale = Sale(customer, 10, DateTimeOffset.UtcNow);
        var refund = Reverse(REFUND, sale, 4);

        Assert.Equal(new TransactionOutcome(refund.TransactionId, Retry, "sale_not_arrived"), Assert.Single(await app.RecordAsync(refund)));
        await app.RecordAsync(sale);
        await app.RecordAsync(refund);

        Assert.Equal(6m, (decimal?)(await app.ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task RefusedFacts_LeaveTheAcceptedOnesAndAnswerInOrder()
    {
        var customer = (await app.CustomerAsync()).Id;
        var foreign = (await app.CustomerAsync(business: app.OtherBusiness)).Id;
        var now = DateTimeOffset.UtcNow;
        var sale = Sale(customer, 10, now);

        var outcomes = await app.RecordAsync(
            Reverse(REFUND, sale, 11), Sale(foreign, 10, now), sale, Sale(customer, 10, now.AddMinutes(6)),
            Sale(customer, 10, now) with { Currency = "EUR" }, Sale(customer, 1, now) with { TransactionId = "a\0b" });

        Assert.Equal(
            ["Rejected refund_exceeds_sale", "Unlinked ", "Accepted ", "Rejected future_dated", "Rejected currency_mismatch", "Rejected invalid_transaction_id"],
            outcomes.Select(outcome => $"{outcome.Status} {outcome.Code}"));
        Assert.Equal(10m, (decimal?)(await app.ProfileAsync(customer))["totalSpent"]);
    }

    [Fact]
    public async Task DeletedCustomer_IsCountedAsEver()
    {
        var customer = (await app.CustomerAsync()).Id;
        (await app.As("owner").DeleteAsync($"/api/v1/customers/{customer}")).Expect(202);

        Assert.Equal(Accepted, Assert.Single(await app.RecordAsync(Sale(customer, 10, DateTimeOffset.UtcNow))).Status);
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

        await app.Record().ExecuteAsync(business, [sale, Reverse(REFUND, sale, 4) with { OccurredAt = sale.OccurredAt.AddDays(30) }], CancellationToken.None);

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

        var closed = await app.Record().ExecuteAsync(await app.GivenBusinessAsync(status: "CLOSED"), [sale], CancellationToken.None);
        var missing = await app.Record().ExecuteAsync(Guid.NewGuid(), [sale], CancellationToken.None);

        Assert.Equal("business_closed", closed.Problem?.Code);
        Assert.Equal("not_found", missing.Problem?.Code);
    }

    [Fact]
    public async Task SameIdInTwoBusinesses_AreTwoTransactions()
    {
        var (here, there) = ((await app.CustomerAsync()).Id, (await app.CustomerAsync(business: app.OtherBusiness)).Id);
        var sale = Sale(here, 10, DateTimeOffset.UtcNow);

        await app.RecordAsync(sale);
        var other = await app.Record().ExecuteAsync(app.OtherBusiness, [sale with { CustomerId = there }], CancellationToken.None);

        Assert.Equal(Accepted, Assert.Single(other.Value).Status);
    }
}
