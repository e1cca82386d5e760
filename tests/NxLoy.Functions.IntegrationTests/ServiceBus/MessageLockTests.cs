using NxLoy.Functions.IntegrationTests.Embedded;
using static NxLoy.Functions.IntegrationTests.ServiceBus.MessageSamples;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>A message is its function's own for as long as it is locked.</summary>
public sealed class MessageLockTests : IAsyncLifetime
{
    private const string HostJson = "AzureFunctionsJobHost:extensions:serviceBus:";

    private readonly Calls calls = [];
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Settling_ThatSettlesNothing_GetsItAgainWhenTheLockEnds()
    {
        calls.Do = call => call.Messages[0].DeliveryCount == 1 ? Task.CompletedTask : call.Actions.CompleteMessageAsync(call.Messages[0]);
        await using var host = await StartAsync<Settling>(database, calls, ("EmbeddedRuntime:LockDuration", "00:00:02"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        await Eventually.TrueAsync(async () => calls.Count == 2 && await LeftAsync() == 0);
    }

    [Fact]
    public async Task HostJson_DecidesOnCompleting_WhereTheCodeDoesNot()
    {
        await using var host = await StartAsync<OneByOne>(
            database, calls, (HostJson + "autoCompleteMessages", "false"), ("EmbeddedRuntime:LockDuration", "00:00:01"), ("EmbeddedRuntime:MaxDeliveryCount", "2"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        await BusClient.ReceiveAsync(client.Receiver("orders/$DeadLetterQueue"));
        Assert.Equal(2, calls.Count);
    }

    [Fact]
    public async Task Lock_IsRenewed_WhileAFunctionWorksOnOneMessage()
    {
        calls.Do = _ => Task.Delay(5000);
        await using var host = await StartAsync<OneByOne>(database, calls, ("EmbeddedRuntime:LockDuration", "00:00:02"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "long");

        await Eventually.TrueAsync(async () => !calls.IsEmpty && await LeftAsync() == 0);
        Assert.Single(calls);
    }

    [Fact]
    public async Task Lock_IsNotRenewed_LongerThanHostJsonSays()
    {
        calls.Do = call => call.Messages[0].DeliveryCount == 1 ? Task.Delay(5000) : Task.CompletedTask;
        await using var host = await StartAsync<OneByOne>(
            database, calls, (HostJson + "maxAutoLockRenewalDuration", "00:00:00"), ("EmbeddedRuntime:LockDuration", "00:00:02"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "long");

        await Eventually.TrueAsync(async () => calls.Count == 2 && await LeftAsync() == 0);
    }

    [Fact]
    public async Task Batch_RenewsItsLocksItself()
    {
        calls.Do = async call =>
        {
            var before = call.Messages[0].LockedUntil;
            for (var i = 0; i < 4; i++)
            {
                await Task.Delay(1000);
                await call.Actions.RenewMessageLockAsync(call.Messages[0]);
            }

            Assert.True(call.Messages[0].LockedUntil > before.AddSeconds(3));
        };
        await using var host = await StartAsync<Batched>(database, calls, ("EmbeddedRuntime:LockDuration", "00:00:02"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("news", "long");

        await Eventually.TrueAsync(async () => !calls.IsEmpty && await LeftAsync() == 0);
        Assert.Single(calls);
    }

    private Task<long> LeftAsync() => database.ScalarAsync<long>("select count(*) from functions_host.bus_messages");
}
