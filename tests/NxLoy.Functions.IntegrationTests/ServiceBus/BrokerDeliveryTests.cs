using Amqp;
using Amqp.Framing;
using Amqp.Types;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>Locks, counts, duplicates and times of the embedded broker.</summary>
public sealed class BrokerDeliveryTests : IAsyncLifetime
{
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Lock_Expired_MessageComesBackCountedAndTheOldLockIsWorthNothing()
    {
        await using var host = await BrokerHost.StartAsync(database, ("EmbeddedRuntime:LockDuration", "00:00:01"));
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "one");
        var receiver = client.Receiver("orders");

        var late = await BusClient.ReceiveAsync(receiver);
        var again = await BusClient.ReceiveAsync(receiver);
        Assert.Equal(1u, again.Header.DeliveryCount);
        Assert.NotEqual(late.DeliveryTag, again.DeliveryTag);

        receiver.Accept(late);
        receiver.Modify(again, deliveryFailed: true);
        Assert.Equal(2u, (await BusClient.ReceiveAsync(receiver)).Header.DeliveryCount);
    }

    [Fact]
    public async Task Lock_Renewed_HoldsOn()
    {
        await using var host = await BrokerHost.StartAsync(database, ("EmbeddedRuntime:LockDuration", "00:00:12"));
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "one");
        var receiver = client.Receiver("orders");
        var message = await BusClient.ReceiveAsync(receiver);
        var token = new Guid(message.DeliveryTag);

        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(4));
            var renewed = await client.RequestAsync("orders/$management", Renewal(token));
            Assert.Equal(200, renewed.ApplicationProperties["statusCode"]);
            Assert.True(Assert.Single((DateTime[])((Map)renewed.Body)["expirations"]) > DateTime.UtcNow);
        }

        receiver.Accept(message);
        await Eventually.TrueAsync(async () => await MessagesAsync() == 0);
        var lost = await client.RequestAsync("orders/$management", Renewal(token));
        Assert.Equal(410, lost.ApplicationProperties["statusCode"]);
        Assert.Equal("com.microsoft:message-lock-lost", lost.ApplicationProperties["errorCondition"].ToString());
    }

    [Fact]
    public async Task Message_AbandonedTooOften_IsDeadLettered()
    {
        await using var host = await BrokerHost.StartAsync(database, ("EmbeddedRuntime:MaxDeliveryCount", "3"));
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "poison", "good");
        var receiver = client.Receiver("orders");

        for (var i = 0; i < 4; i++)
        {
            var message = await BusClient.ReceiveAsync(receiver);
            if (BusClient.TextOf(message) == "good")
                receiver.Accept(message);
            else
                receiver.Modify(message, deliveryFailed: true);
        }

        var dead = await BusClient.ReceiveAsync(client.Receiver("orders/$deadletterqueue"));
        Assert.Equal("poison", BusClient.TextOf(dead));
        Assert.Equal("MaxDeliveryCountExceeded", dead.ApplicationProperties["DeadLetterReason"]);
        Assert.Equal("orders", BusClient.Annotation<string>(dead, "x-opt-deadletter-source"));
    }

    [Fact]
    public async Task Message_SentTwiceByOneId_IsKeptOnce()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        var sender = client.Sender("orders");
        var id = Guid.NewGuid().ToString();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => sender.SendAsync(BusClient.Text("once", id))));
        await sender.SendAsync(BusClient.Text("once", id));
        await sender.SendAsync(BusClient.Text("another"));

        Assert.Equal(2, await MessagesAsync());
        Assert.Equal("once", await client.TakeAsync("orders"));
        Assert.Equal("another", await client.TakeAsync("orders"));
    }

    [Fact]
    public async Task Message_SentAgainAfterTheWindow_IsNewAgain()
    {
        await using var host = await BrokerHost.StartAsync(database, ("EmbeddedRuntime:DuplicateWindow", "00:00:01"));
        await using var client = await host.ConnectAsync();
        var sender = client.Sender("orders");
        await sender.SendAsync(BusClient.Text("once", "same"));
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await sender.SendAsync(BusClient.Text("once", "same"));

        Assert.Equal(2, await MessagesAsync());
    }

    [Fact]
    public async Task Message_Scheduled_ComesWhenItsTimeHasCome()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        var later = BusClient.Text("later");
        later.MessageAnnotations = new MessageAnnotations { [(Symbol)"x-opt-scheduled-enqueue-time"] = DateTime.UtcNow.AddHours(1) };
        await client.Sender("orders").SendAsync(later);
        await client.SendAsync("orders", "now");

        Assert.Equal("now", await client.TakeAsync("orders"));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from functions_host.bus_scheduled where due_at > clock_timestamp()"));
        var due = await database.ScalarAsync<DateTime>("update functions_host.bus_scheduled set due_at = date_trunc('milliseconds', clock_timestamp()) returning due_at"); // AMQP's precision
        var message = await BusClient.ReceiveAsync(client.Receiver("orders"));
        Assert.Equal("later", BusClient.TextOf(message));
        Assert.InRange(BusClient.Annotation<DateTime>(message, "x-opt-enqueued-time"), due, await database.ScalarAsync<DateTime>("select clock_timestamp()"));
    }

    [Fact]
    public async Task Message_WhoseTimeToLiveIsOver_IsDropped()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        var shortLived = BusClient.Text("stale");
        shortLived.Header = new Header { Ttl = 50 };
        await client.Sender("orders").SendAsync(shortLived);
        await client.SendAsync("orders", "fresh");
        await Task.Delay(100);

        Assert.Equal("fresh", await client.TakeAsync("orders"));
        await Eventually.TrueAsync(async () => await MessagesAsync() == 0);
    }

    [Fact]
    public async Task DeadLetter_OutlivesItsTimeToLive()
    {
        await using var host = await BrokerHost.StartAsync(database, ("EmbeddedRuntime:MaxDeliveryCount", "1"));
        await using var client = await host.ConnectAsync();
        var sender = client.Sender("orders");
        foreach (var text in new[] { "rejected", "abandoned" })
        {
            var mortal = BusClient.Text(text);
            mortal.Header = new Header { Ttl = 300_000 };
            await sender.SendAsync(mortal);
        }

        var receiver = client.Receiver("orders");
        receiver.Reject(await BusClient.ReceiveAsync(receiver), new Error("test"));
        receiver.Modify(await BusClient.ReceiveAsync(receiver), deliveryFailed: true);
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from functions_host.bus_messages where queue like '%/$deadletterqueue'") == 2);
        await database.ExecuteAsync("update functions_host.bus_messages set expires_at = expires_at - interval '10 minutes'");

        string[] dead = [await client.TakeAsync("orders/$deadletterqueue"), await client.TakeAsync("orders/$deadletterqueue")];
        Assert.Equal(["abandoned", "rejected"], dead.Order());
    }

    [Fact]
    public async Task Link_Closed_GivesItsMessagesBackAtOnce()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "one", "two");
        await using (var other = await host.ConnectAsync())
        {
            var receiver = other.Receiver("orders");
            await BusClient.ReceiveAsync(receiver);
            await BusClient.ReceiveAsync(receiver);
        }

        Assert.Equal("one", await client.TakeAsync("orders"));
        Assert.Equal("two", await client.TakeAsync("orders"));
    }

    [Fact]
    public async Task Receiver_OfSettledMessages_DeletesAsItReceives()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", "one");
        var receiver = new ReceiverLink(client.Session, "settled", new Attach { Source = new Source { Address = "orders" }, Target = new Target(), SndSettleMode = SenderSettleMode.Settled }, null);

        Assert.Equal("one", BusClient.TextOf(await BusClient.ReceiveAsync(receiver)));

        await Eventually.TrueAsync(async () => await MessagesAsync() == 0);
    }

    [Fact]
    public async Task Credit_IsAllThatIsHandedOut()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        await client.SendAsync("orders", [.. Enumerable.Range(0, 50).Select(i => $"{i}")]);
        var receiver = client.Receiver("orders");
        var came = 0;
        receiver.Start(0, (_, _) => Interlocked.Increment(ref came));

        receiver.SetCredit(7, CreditMode.Manual);
        await Eventually.TrueAsync(() => Volatile.Read(ref came) == 7);
        await Task.Delay(700);

        Assert.Equal(7, Volatile.Read(ref came));
        Assert.Equal(7, await database.ScalarAsync<long>("select count(*) from functions_host.bus_messages where lock_token is not null"));
        receiver.SetCredit(50, CreditMode.Manual);
        await Eventually.TrueAsync(() => Volatile.Read(ref came) == 50);
    }

    private static Message Renewal(Guid token) => new(new Map { ["lock-tokens"] = new[] { token } })
    {
        ApplicationProperties = new ApplicationProperties { ["operation"] = "com.microsoft:renew-lock" },
    };

    private Task<long> MessagesAsync() => database.ScalarAsync<long>("select count(*) from functions_host.bus_messages");
}
