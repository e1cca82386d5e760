using System.Globalization;
using Grpc.Core;
using NxLoy.Functions.IntegrationTests.Embedded;
using static NxLoy.Functions.IntegrationTests.ServiceBus.MessageSamples;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>Functions that messages start, from the broker's first delivery to the last word on each message.</summary>
public sealed class ListenerTests : MessageTests
{
    [Fact]
    public async Task Single_ThatSucceeds_IsCompleted()
    {
        await using var host = await StartAsync<OneByOne>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one", "two", "three");

        await Eventually.TrueAsync(async () => Seen.Count == 3 && await LeftAsync() == 0);
        Assert.Equal(["one", "three", "two"], Seen.Texts.Order());
    }

    [Fact]
    public async Task Single_ThatThrows_ComesAgain_UntilItIsDeadLettered()
    {
        Seen.Do = _ => throw new InvalidOperationException("no");
        await using var host = await StartAsync<OneByOne>(Database, Seen, ("EmbeddedRuntime:MaxDeliveryCount", "3"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "poison");

        var dead = await BusClient.ReceiveAsync(client.Receiver("orders/$DeadLetterQueue"));
        Assert.Equal("poison", BusClient.TextOf(dead));
        Assert.Equal("MaxDeliveryCountExceeded", dead.ApplicationProperties["DeadLetterReason"]);
        Assert.Equal([1, 2, 3], Seen.Messages.Select(message => message.DeliveryCount));
    }

    [Fact]
    public async Task Settling_DeadLetters_WithItsReason()
    {
        Seen.Do = call => call.Actions.DeadLetterMessageAsync(call.Messages[0], deadLetterReason: "unreadable", deadLetterErrorDescription: "It is no JSON.");
        await using var host = await StartAsync<Settling>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "bad");

        var dead = await BusClient.ReceiveAsync(client.Receiver("orders/$DeadLetterQueue"));
        Assert.Equal("unreadable", dead.ApplicationProperties["DeadLetterReason"]);
        Assert.Equal("It is no JSON.", dead.ApplicationProperties["DeadLetterErrorDescription"]);
    }

    [Fact]
    public async Task Settling_Abandons_ThenCompletes_ButNotTwice()
    {
        var second = new TaskCompletionSource<Exception?>();
        Seen.Do = async call =>
        {
            if (call.Messages[0].DeliveryCount == 1)
            {
                await call.Actions.AbandonMessageAsync(call.Messages[0]);
                return;
            }

            await call.Actions.CompleteMessageAsync(call.Messages[0]);
            second.SetResult(await Record.ExceptionAsync(() => call.Actions.CompleteMessageAsync(call.Messages[0])));
        };
        await using var host = await StartAsync<Settling>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        Assert.IsType<RpcException>(await second.Task.WaitAsync(Eventually.Patience));
        await Eventually.TrueAsync(async () => await LeftAsync() == 0);
        Assert.Equal(2, Seen.Count);
    }

    [Fact]
    public async Task Batches_HoldAtMostWhatHostJsonSays_InOrder_OneAtATime()
    {
        Seen.Do = _ => Task.Delay(20);
        await SendBeforehandAsync([.. Enumerable.Range(0, 95).Select(i => $"{i}")]);

        await using var host = await StartAsync<Batched>(Database, Seen, (HostJson + "maxMessageBatchSize", "10"));

        await Eventually.TrueAsync(async () => Seen.Messages.Count() == 95 && await LeftAsync() == 0);
        Assert.Equal(Enumerable.Range(0, 95).Select(i => $"{i}"), Seen.Texts);
        Assert.All(Seen, call => Assert.InRange(call.Messages.Length, 1, 10));
        Assert.Contains(Seen, call => call.Messages.Length > 1);
        Assert.Equal(1, Seen.MostAtOnce);
    }

    [Fact]
    public async Task Batch_WaitsForTheFewestMessages_ButNotForEver()
    {
        await using (var patient = await StartAsync<Batched>(Database, Seen, (HostJson + "minMessageBatchSize", "3"), (HostJson + "maxBatchWaitTime", "00:02:00")))
        {
            await using var client = await patient.ConnectAsync();
            await client.SendAsync("news", "one");
            await client.SendAsync("news", "two");
            await client.SendAsync("news", "three");
            await Eventually.TrueAsync(async () => !Seen.IsEmpty && await LeftAsync() == 0);
            Assert.Equal(3, Assert.Single(Seen).Messages.Length);
        }

        await using var hasty = await StartAsync<Batched>(Database, Seen, (HostJson + "minMessageBatchSize", "3"), (HostJson + "maxBatchWaitTime", "00:00:01"));
        await using var another = await hasty.ConnectAsync();
        await another.SendAsync("news", "alone");
        await Eventually.TrueAsync(() => Seen.Count == 2);
    }

    [Fact]
    public async Task Batch_ThatThrows_IsGivenBackExceptForWhatItSettled()
    {
        var isFirst = true;
        Seen.Do = async call =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            await call.Actions.CompleteMessageAsync(call.Messages[0]);
            throw new InvalidOperationException("no");
        };
        await SendBeforehandAsync("one", "two", "three");

        await using var host = await StartAsync<Batched>(Database, Seen, (HostJson + "minMessageBatchSize", "3"), (HostJson + "maxBatchWaitTime", "00:00:10"));

        await Eventually.TrueAsync(async () => Seen.Messages.Count() == 5 && await LeftAsync() == 0);
        Assert.Equal(["one", "three", "three", "two", "two"], Seen.Texts.Order());
    }

    [Fact]
    public async Task Singles_RunSideBySide_UpToWhatHostJsonSays()
    {
        Seen.Do = async _ =>
        {
            await Eventually.TrueAsync(() => Seen.MostAtOnce >= 2);
            await Task.Delay(200); // for a third
        };
        await using var host = await StartAsync<OneByOne>(Database, Seen, (HostJson + "maxConcurrentCalls", "2"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one", "two", "three", "four", "five", "six");

        await Eventually.TrueAsync(async () => Seen.Count == 6 && await LeftAsync() == 0);
        Assert.Equal(2, Seen.MostAtOnce);
    }

    [Fact]
    public async Task Stop_LetsWorkEnd_AndGivesBackTheRestUncounted()
    {
        var stopped = new TaskCompletionSource();
        Seen.Do = async call =>
        {
            call.Stop.Register(() => stopped.TrySetResult());
            await stopped.Task;
            await Task.Delay(5000, CancellationToken.None); // by then the listener has heard of it, too
        };
        await using (var host = await StartAsync<OneByOne>(Database, Seen, (HostJson + "maxConcurrentCalls", "1"), (HostJson + "prefetchCount", "5")))
        {
            await using var client = await host.ConnectAsync();
            await client.SendAsync("orders", "one", "two", "three");
            await Eventually.TrueAsync(async () => !Seen.IsEmpty
                && await Database.ScalarAsync<long>("select count(*) from functions_host.bus_messages where lock_token is not null") == 3);
        }

        Assert.Equal(["one"], Seen.Texts);
        var after = new Calls();
        await using var again = await StartAsync<OneByOne>(Database, after);
        await Eventually.TrueAsync(async () => after.Count == 2 && await LeftAsync() == 0);
        Assert.Equal(["three", "two"], after.Texts.Order());
        Assert.All(after.Messages, message => Assert.Equal(1, message.DeliveryCount));
    }

    [Fact]
    public async Task Stop_WhileMessagesCome_CountsOnlyWhatWasSeen()
    {
        const int Many = 1000;
        await using var broker = await BrokerHost.StartAsync(Database);
        await using var client = await broker.ConnectAsync();
        var sending = Task.Run(async () =>
        {
            foreach (var n in Enumerable.Range(0, Many))
                await client.SendAsync("orders", $"{n}");
        });
        while (Seen.Count < Many)
        {
            var before = Seen.Count;
            await using var host = await StartWithoutBrokerAsync<OneByOne>(
                Seen, ("ServiceBus", broker.ConnectionString), (HostJson + "maxConcurrentCalls", "1"), (HostJson + "prefetchCount", "50"));
            await Eventually.TrueAsync(() => Seen.Count > before && !sending.IsCompleted || Seen.Count == Many);
        }

        await sending;
        Assert.Equal(Many, Seen.Texts.Distinct().Count());
        Assert.All(Seen.Messages, message => Assert.Equal(1, message.DeliveryCount));
    }

    [Fact]
    public async Task Broker_ThatGoesAndComesBack_IsFoundAgain()
    {
        (string, string?)[] place = [("EmbeddedRuntime:BrokerPort", Fixtures.FreePort.Choose().ToString(CultureInfo.InvariantCulture)), ("EmbeddedRuntime:BrokerKey", "a-key-for-tests")];
        var broker = await BrokerHost.StartAsync(Database, place);
        await using var host = await StartWithoutBrokerAsync<OneByOne>(Seen, ("ServiceBus", broker.ConnectionString));
        await using (var client = await broker.ConnectAsync())
            await client.SendAsync("orders", "before");
        await Eventually.TrueAsync(async () => Seen.Count == 1 && await LeftAsync() == 0);

        await broker.DisposeAsync();
        await Task.Delay(1000);
        await using var back = await BrokerHost.StartAsync(Database, place);
        await using (var client = await back.ConnectAsync())
            await client.SendAsync("orders", "after");

        await Eventually.TrueAsync(async () => Seen.Count == 2 && await LeftAsync() == 0);
    }
}
