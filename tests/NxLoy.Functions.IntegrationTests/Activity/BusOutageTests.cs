using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Activity;

/// <summary>The database goes away while messages are taken in, for longer than the locks last of those nobody holds on to.</summary>
public sealed class BusOutageTests
{
    private const int Sales = 200;
    [Fact]
    public Task MessagesInHand_AreHeldOnTo() => OutliveAsync(
        // All of them in one batch.
        [("minMessageBatchSize", $"{Sales}"), ("maxBatchWaitTime", "00:00:30")],
        tries: 1, locks: TimeSpan.FromSeconds(15), _ => Task.Delay(TimeSpan.FromSeconds(17)),
        async (app, customer) =>
        {
            Assert.Empty(await app.DeadLettersAsync());
            Assert.Equal(Sales, await app.SpentAsync(customer));
        });

    [Fact]
    public Task MessagesFetchedAhead_AreGivenUpByTheBroker_AndHaveTheirEffectAfterwards() => OutliveAsync(
        // One in hand, all others ahead, and again when their first locks have run out.
        [("maxMessageBatchSize", "1"), ("prefetchCount", $"{2 * Sales}")],
        tries: 2, locks: TimeSpan.FromSeconds(5), app => Eventually.TrueAsync(async () => await GivenUpAsync(app) >= Sales - 1),
        async (app, customer) =>
        {
            // Some are recorded from the host's memory, though their locks are gone; all were given up, and come again by that way.
            await Eventually.TrueAsync(async () =>
            {
                await app.RetryAsync();
                return (await app.DeadLettersAsync()).Values.All(letter => letter.StartsWith("SETTLED ", StringComparison.Ordinal));
            });
            Assert.Equal(Sales, await app.SpentAsync(customer));
        });

    private static async Task<long> GivenUpAsync(BusApp app) =>
        (await app.Database.QueryAsync<long>("select count(*) from functions_host.bus_messages where dead_letter_reason = 'MaxDeliveryCountExceeded'"))[0];

    private static async Task OutliveAsync((string Name, string Value)[] hostJson, int tries, TimeSpan locks, Func<BusApp, Task> meanwhile, Func<BusApp, Guid, Task> then)
    {
        CommitProxy? created = null;
        var app = new BusApp
        {
            Configure = settings =>
            {
                BusApp.WithBroker(settings);
                settings["EmbeddedRuntime:LockDuration"] = locks.ToString();
                settings["EmbeddedRuntime:MaxDeliveryCount"] = $"{tries}";
                foreach (var (name, value) in hostJson)
                    settings[$"AzureFunctionsJobHost:extensions:serviceBus:{name}"] = value;
                created = new CommitProxy(settings["Database:App"]!) { Counts = Moments.Statements };
                created.Lead(settings, "Database:App", "Database:Worker");
            },
        };
        await app.InitializeAsync();
        await using var proxy = created!;
        try
        {
            var customer = (await app.CustomerAsync()).Id;
            proxy.Arm(3, proxy.Refuse);
            await app.SendAsync(Enumerable.Range(0, Sales).Select(_ => Events.Sale(app.Business, customer, 1)));
            await Eventually.TrueAsync(() => !proxy.IsArmed);
            await meanwhile(app);
            proxy.Allow();

            await Eventually.TrueAsync(async () => await app.LeftAsync() == 0);
            await then(app, customer);
        }
        finally
        {
            await ((IAsyncLifetime)app).DisposeAsync();
        }
    }
}
