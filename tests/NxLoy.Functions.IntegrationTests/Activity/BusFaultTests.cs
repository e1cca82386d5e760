using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>Nothing is lost and nothing counted twice, whatever goes away in the middle.</summary>
public sealed class BusFaultTests
{
    [Fact]
    public async Task TwoInstances_ShareASubscription_AndEachPurchaseCountsOnce()
    {
        await using var app = await StartedAsync(new BusApp());
        var customers = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (await app.App.CustomerAsync()).Id));
        await using var second = await FunctionsTestHost.StartAsync(
            typeof(CustomerFunctions).Assembly, new Dictionary<string, string?>(app.App.StartedWith) { ["ServiceBus"] = app.App.ConnectionString, ["EmbeddedRuntime:Broker"] = "false" });

        var sales = Enumerable.Range(0, 1000).Select(n => Events.Sale(app.App.Business, customers[n % 5], 1)).ToList();
        await app.App.SendAsync(sales.Concat(sales.Take(100)).Select(sale => (object)sale));

        await Eventually.TrueAsync(async () => await app.App.LeftAsync() == 0);
        foreach (var customer in customers)
            Assert.Equal(200, await app.App.SpentAsync(customer));
    }

    [Fact]
    public async Task Refund_WhoseSaleNeverComes_IsDeadAfterSevenDays_AndEmptiedAfterFourteenMore()
    {
        await using var app = await StartedAsync(new BusApp());
        var customer = (await app.App.CustomerAsync()).Id;

        await app.App.SendAsync(Events.Of("refunded", Events.Data(app.App.Business, 4, "refund-1", customerId: customer, original: "never"), "early"));
        await app.App.SettledAsync();
        await app.App.Host.AdvanceAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(2));
        await app.App.RetryAsync();
        Assert.Equal("WAITING sale_not_arrived", (await app.App.DeadLettersAsync())["early"]);

        await app.App.Host.AdvanceAsync(TimeSpan.FromHours(7));
        await app.App.RetryAsync();
        Assert.Equal("DEAD sale_not_arrived", (await app.App.DeadLettersAsync())["early"]);

        await app.App.Host.AdvanceAsync(TimeSpan.FromDays(14));
        await app.App.Host.InvokeAsync("EveryHourSettleDeadLetters");
        Assert.Equal("SETTLED sale_not_arrived", (await app.App.DeadLettersAsync())["early"]);
        Assert.Equal(
            ["early transactions.transaction.refunded"],
            await app.App.Database.QueryAsync<string>("select event_id || ' ' || event_type from dead_letters where body is null and customer_id is null"));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task KilledAtItsNthCommit_ForEveryN_EachPurchaseCountsOnce()
    {
        // The app in this process only lends its broker.
        await using var app = await StartedAsync(new BusApp
        {
            Configure = settings =>
            {
                BusApp.WithBroker(settings);
                settings["EmbeddedRuntime:Entities"] = $"{BusApp.Subscription};customers-events/Subscriptions/local";
                foreach (var function in new[] { "OnActivity", "OnDeadLetter" })
                    settings[$"AzureWebJobs.{function}.Disabled"] = "true";
            },
        });
        var customer = (await app.App.CustomerAsync()).Id;
        var broker = app.App;
        await using var proxy = new CommitProxy(app.App.Database.Owner);
        var settings = AppProcess.Quiet(TestApp.Settings(app.App.Database), "EveryMinuteRetryDeadLetters");
        proxy.Lead(settings, "Database:App", "Database:Worker");
        settings["ServiceBus"] = broker.ConnectionString;
        settings["Events:RetryDelay"] = "00:00:00.5";
        var sent = 0;
        AppProcess? running = null;

        await new CrashLoop<AppProcess>(proxy, async () => running = await AppProcess.StartAsync(settings))
        {
            Begin = async _ =>
            {
                var sale = $"sale-{++sent}";
                await broker.SendAsync(Events.Of("refunded", Events.Data(broker.Business, 1, $"refund-{sent}", customerId: customer, original: sale)));
                await Eventually.TrueAsync(async () => !proxy.IsArmed || await WaitingAsync() == 1);
                await broker.SendAsync(Events.Sale(broker.Business, customer, 3, sale), Events.Sale(broker.Business, customer, 2));
            },
            BeginAgain = _ => Task.CompletedTask, // the messages are there still
            HasEnded = async () =>
            {
                await running!.RetryAsync();
                return await broker.LeftAsync() == 0 && await WaitingAsync() == 0;
            },
            Check = async _ => Assert.Equal(4 * sent, await broker.SpentAsync(customer)),
        }.RunAsync(moreThan: 6);

        async Task<long> WaitingAsync() => (await broker.Database.QueryAsync<long>("select count(*) from dead_letters"))[0];
    }

    private static async Task<Running> StartedAsync(BusApp app)
    {
        await app.InitializeAsync();
        return new Running(app);
    }

    private sealed record Running(BusApp App) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await ((IAsyncLifetime)App).DisposeAsync();
    }
}
