using Amqp.Framing;
using Amqp.Types;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>The embedded broker, as its clients see it.</summary>
public sealed class BrokerTests : IAsyncLifetime
{
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Message_Sent_IsReceivedOnceCompletedAndGone()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one", "two", "three");

        Assert.Equal("one", await client.TakeAsync("orders"));
        Assert.Equal("two", await client.TakeAsync("Orders"));
        Assert.Equal("three", await client.TakeAsync("orders"));
        await Eventually.TrueAsync(async () => await CountAsync() == 0);
    }

    [Fact]
    public async Task Topic_CopiesToEachSubscription_InOrder()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        var sender = client.Sender("news");
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => sender.SendAsync(BusClient.Text($"{i}"))));

        foreach (var subscription in new[] { "first", "second" })
        {
            var receiver = client.Receiver($"news/Subscriptions/{subscription}");
            for (var i = 0; i < 1000; i++)
            {
                var message = await BusClient.ReceiveAsync(receiver);
                Assert.Equal($"{i}", BusClient.TextOf(message));
                receiver.Accept(message);
            }
        }

        await Eventually.TrueAsync(async () => await CountAsync() == 0);
    }

    [Fact]
    public async Task Message_Abandoned_ComesBackCounted_AndReleasedUncounted()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "one");
        var receiver = client.Receiver("orders");

        var first = await BusClient.ReceiveAsync(receiver);
        Assert.Equal(0u, first.Header.DeliveryCount);
        receiver.Modify(first, deliveryFailed: true);

        var second = await BusClient.ReceiveAsync(receiver);
        Assert.Equal(1u, second.Header.DeliveryCount);
        receiver.Release(second);

        var third = await BusClient.ReceiveAsync(receiver);
        Assert.Equal(1u, third.Header.DeliveryCount);
    }

    [Fact]
    public async Task Message_Rejected_GoesToTheDeadLetterQueueWithItsReason()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("news", "bad");
        var receiver = client.Receiver("news/Subscriptions/first");

        receiver.Reject(await BusClient.ReceiveAsync(receiver), new Error("com.microsoft:dead-letter")
        {
            Info = new Fields { [(Symbol)"DeadLetterReason"] = "unreadable", [(Symbol)"DeadLetterErrorDescription"] = "It is no JSON." },
        });

        var dead = await BusClient.ReceiveAsync(client.Receiver("news/Subscriptions/first/$DeadLetterQueue"));
        Assert.Equal("bad", BusClient.TextOf(dead));
        Assert.Equal("unreadable", dead.ApplicationProperties["DeadLetterReason"]);
        Assert.Equal("It is no JSON.", dead.ApplicationProperties["DeadLetterErrorDescription"]);
        Assert.Equal("bad", await client.TakeAsync("news/Subscriptions/second"));
    }

    private Task<long> CountAsync() => database.ScalarAsync<long>("select count(*) from functions_host.bus_messages");
}
