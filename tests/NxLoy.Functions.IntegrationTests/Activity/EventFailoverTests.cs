using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>The database goes away in the middle of a batch: all of it has had its effect or none, and sent again it has it once.</summary>
public sealed class EventFailoverTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task GoneAtItsNthCommit_ForEveryN_TheBatchCountsOnce()
    {
        CommitProxy? made = null;
        var app = new TestApp
        {
            Configure = settings =>
            {
                made = new CommitProxy(settings["Database:App"]!) { Counts = Moments.Statements };
                settings["Database:App"] = made.ConnectionString;
            },
        };
        await app.InitializeAsync();
        await using var proxy = made!;
        try
        {
            await SendOverFailoversAsync(app, proxy);
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    private static async Task SendOverFailoversAsync(TestApp app, CommitProxy proxy)
    {
        await app.TiersAsync(app.Business);
        var customer = (await app.CustomerAsync()).Id;
        var (n, wasHit, lost) = (0, true, 0);
        while (wasHit)
        {
            object[] batch =
            [
                Events.Business(app.Business, Start.AddMinutes(n), $"Name {n}"), Events.Sale(app.Business, customer, 10, $"s{n}", Start),
                Events.Of("refunded", Events.Data(app.Business, 4, $"r{n}", Start, customer, original: $"s{n}")),
                Events.Balance(app.Business, customer, n, Start.AddMinutes(n)), Events.Redemption(app.Business, customer, $"p{n}", at: Start), Events.Message(app.Business, customer, $"m{n}", at: Start),
            ];
            proxy.Arm(++n, proxy.Refuse);
            var first = await app.TellAsync(app.Business, batch);
            wasHit = !proxy.IsArmed;
            proxy.Disarm();
            proxy.Allow();
            Assert.True(first.Code is 200 or 500 or 503, first.Text);
            lost += first.Code == 200 ? 0 : 1;

            Answer again = first;
            await Eventually.TrueAsync(async () => (again = await app.TellAsync(app.Business, batch)).Code == 200);

            Assert.Single(again.Outcomes().Distinct()); // all of the batch came before, or none of it
            Assert.Equal(
                [$"{n * 6}.0000 {n} {n - 1} {n} {n} {n} Name {n - 1}"],
                await app.Database.QueryAsync<string>(
                    """
                    select m.total_spent || ' ' || m.visit_count || ' ' || l.balance || ' ' || (select count(*) from loyalty_balance_changes) || ' '
                        || (select count(*) from redemptions) || ' ' || (select count(*) from communications) || ' ' || b.name
                    from customer_metrics m join loyalty_balances l using (customer_id) join businesses b on b.id = m.business_id
                    where m.customer_id = @customer
                    """,
                    new { customer }));
        }

        Assert.True(lost > 8, $"Only {lost} batches were cut off.");
    }
}
