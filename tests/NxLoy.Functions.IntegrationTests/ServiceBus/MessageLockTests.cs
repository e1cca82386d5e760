using NxLoy.Functions.IntegrationTests.Embedded;
using static NxLoy.Functions.IntegrationTests.ServiceBus.MessageSamples;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>A message is its function's own for as long as it is locked.</summary>
public sealed class MessageLockTests : MessageTests
{
    [Fact]
    public async Task Settling_ThatSettlesNothing_GetsItAgainWhenTheLockEnds()
    {
        Seen.Do = call => call.Messages[0].DeliveryCount == 1 ? Task.CompletedTask : call.Actions.CompleteMessageAsync(call.Messages[0]);
        await using var host = await StartAsync<Settling>(Database, Seen, ("EmbeddedRuntime:LockDuration", "00:00:02"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        await Eventually.TrueAsync(async () => Seen.Count >= 2 && await LeftAsync() == 0);
    }

    [Fact]
    public async Task HostJson_DecidesOnCompleting_WhereTheCodeDoesNot()
    {
        await using var host = await StartAsync<OneByOne>(
            Database, Seen, (HostJson + "autoCompleteMessages", "false"), ("EmbeddedRuntime:LockDuration", "00:00:03"), ("EmbeddedRuntime:MaxDeliveryCount", "2"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        await BusClient.ReceiveAsync(client.Receiver("orders/$DeadLetterQueue"));
        await Eventually.TrueAsync(() => Seen.Count == 2);
    }

    [Fact]
    public async Task Lock_IsRenewed_WhileAFunctionWorksOnOneMessage()
    {
        Seen.Do = _ => Task.Delay(13_000);
        await using var host = await StartAsync<OneByOne>(Database, Seen, ("EmbeddedRuntime:LockDuration", "00:00:10"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "long");

        await Eventually.TrueAsync(async () => !Seen.IsEmpty && await LeftAsync() == 0);
        Assert.Single(Seen);
    }

    [Fact]
    public async Task Lock_IsNotRenewed_LongerThanHostJsonSays()
    {
        Seen.Do = call => call.Messages[0].DeliveryCount == 1 ? Task.Delay(5000) : Task.CompletedTask;
        await using var host = await StartAsync<OneByOne>(
            Database, Seen, (HostJson + "maxAutoLockRenewalDuration", "00:00:00"), ("EmbeddedRuntime:LockDuration", "00:00:02"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "long");

        await Eventually.TrueAsync(async () => Seen.Count >= 2 && await LeftAsync() == 0);
    }

    [Fact]
    public async Task MessageFetchedAhead_LosesItsLockWhileItWaits_AndComesAgain()
    {
        // The first is at work until both locks are lost.
        Seen.Do = _ => Seen.Count > 1 ? Task.CompletedTask
            : Eventually.TrueAsync(async () => await Database.ScalarAsync<long>("select count(*) from functions_host.bus_messages where delivery_count > 0") == 2);
        await SendBeforehandAsync("long", "waiting");

        await using var host = await StartAsync<Batched>(
            Database, Seen, (HostJson + "maxMessageBatchSize", "1"), (HostJson + "prefetchCount", "1"), ("EmbeddedRuntime:LockDuration", "00:00:02"));

        await Eventually.TrueAsync(async () => Seen.Texts.Contains("waiting") && await LeftAsync() == 0);
        Assert.Contains(Seen.Messages, message => message.DeliveryCount > 1 && message.Body.ToString() == "waiting");
    }

    [Fact]
    public async Task Batch_RenewsItsLocksItself()
    {
        Seen.Do = async call =>
        {
            var before = call.Messages[0].LockedUntil;
            for (var i = 0; i < 4; i++)
            {
                await Task.Delay(3000);
                await call.Actions.RenewMessageLockAsync(call.Messages[0]);
            }

            // As on the real host, where the worker only hears that it was done.
            Assert.Equal(before, call.Messages[0].LockedUntil);
        };
        await using var host = await StartAsync<Batched>(Database, Seen, ("EmbeddedRuntime:LockDuration", "00:00:10"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("news", "long");

        await Eventually.TrueAsync(async () => !Seen.IsEmpty && await LeftAsync() == 0);
        Assert.Single(Seen);
    }
}
