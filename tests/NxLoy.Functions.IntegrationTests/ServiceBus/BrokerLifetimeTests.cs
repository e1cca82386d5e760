using System.Collections.Concurrent;
using Amqp;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>The embedded broker stopped, killed, and twice on one database.</summary>
public sealed class BrokerLifetimeTests : IAsyncLifetime
{
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Restart_LosesNothing_AndWhatWasLockedIsFreeAtOnceAndUncounted()
    {
        await using (var before = await BrokerHost.StartAsync(database))
        {
            var client = await before.ConnectAsync();
            await client.SendAsync("orders", "one", "two");
            await BusClient.ReceiveAsync(client.Receiver("orders"));
        }

        await using var after = await BrokerHost.StartAsync(database);
        await using var again = await after.ConnectAsync();
        var receiver = again.Receiver("orders");
        var first = await BusClient.ReceiveAsync(receiver);
        Assert.Equal("one", BusClient.TextOf(first));
        Assert.Equal(0u, first.Header.DeliveryCount);
        Assert.Equal("two", BusClient.TextOf(await BusClient.ReceiveAsync(receiver)));
    }

    [Fact]
    public async Task Kill_LosesNothingThatWasAccepted()
    {
        var accepted = new ConcurrentBag<string>();
        var port = FreePort.Choose();
        await using (var process = await BrokerProcess.StartAsync(database, port))
        {
            await using var client = await BrokerProcess.ConnectAsync(port);
            var sender = client.Sender("orders");
            var locked = client.Receiver("orders");
            var sending = Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
            {
                for (var i = 0; ; i++)
                {
                    await sender.SendAsync(BusClient.Text($"{n}-{i}"));
                    accepted.Add($"{n}-{i}");
                }
            })).ToList();
            await BusClient.ReceiveAsync(locked);
            await Eventually.TrueAsync(() => accepted.Count > 500 || sending.Exists(sender => sender.IsFaulted));
            process.Kill();
            await Task.WhenAll(sending).ContinueWith(ended => Assert.True(ended.IsFaulted), TaskScheduler.Default);
        }

        Assert.True(accepted.Count > 500, $"Only {accepted.Count} were accepted.");
        await using var after = await BrokerHost.StartAsync(database);
        await using var again = await after.ConnectAsync();
        var receiver = again.Receiver("orders");
        var received = new HashSet<string>();
        while (accepted.Any(text => !received.Contains(text)))
        {
            var message = await BusClient.ReceiveAsync(receiver);
            received.Add(BusClient.TextOf(message));
            receiver.Accept(message);
        }
    }

    [Fact]
    public async Task TwoBrokers_OnOneDatabase_ShareTheirQueues()
    {
        await using var one = await BrokerHost.StartAsync(database);
        await using var other = await BrokerHost.StartAsync(database);
        await using var sending = await one.ConnectAsync();
        await using var here = await one.ConnectAsync();
        await using var there = await other.ConnectAsync();
        var received = new ConcurrentQueue<string>();
        foreach (var client in new[] { here, there })
            client.Receiver("orders").Start(20, (link, message) =>
            {
                received.Enqueue(BusClient.TextOf(message));
                link.Accept(message);
            });

        var sender = sending.Sender("orders");
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => sender.SendAsync(BusClient.Text($"{i}"))));

        await Eventually.TrueAsync(() => received.Count >= 1000);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from functions_host.bus_messages") == 0);
        Assert.Equal(1000, received.Distinct().Count());
        Assert.Equal(1000, received.Count);
    }

    [Fact]
    public async Task Messages_OfADeadBroker_AreFreeWhenItsLeaseIsOver()
    {
        await using var host = await BrokerHost.StartAsync(database, ("EmbeddedRuntime:Lease", "00:00:02"));
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "one");
        await database.ExecuteAsync(
            """
            insert into functions_host.bus_brokers values ('00000000-0000-0000-0000-00000000dead', clock_timestamp() + interval '2 seconds');
            update functions_host.bus_messages set lock_token = gen_random_uuid(), broker = '00000000-0000-0000-0000-00000000dead'
            """);

        var message = await BusClient.ReceiveAsync(client.Receiver("orders"));

        Assert.Equal(1u, message.Header.DeliveryCount);
    }

    [Fact]
    public async Task Outage_OfTheDatabase_IsToldToSendersAndOver()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "before");
        await database.ExecuteAsync("alter table functions_host.bus_messages rename to away");
        var refused = await Assert.ThrowsAsync<AmqpException>(() => client.SendAsync("orders", "during"));
        Assert.Equal("com.microsoft:server-busy", refused.Error.Condition.ToString());
        await database.ExecuteAsync("alter table functions_host.away rename to bus_messages");

        await client.SendAsync("orders", "after");

        Assert.Equal("before", await client.TakeAsync("orders"));
        Assert.Equal("after", await client.TakeAsync("orders"));
    }
}
