using System.Collections.Concurrent;
using Amqp;
using Grpc.Core;
using NxLoy.Functions.IntegrationTests.Embedded;
using static NxLoy.Functions.IntegrationTests.ServiceBus.MessageSamples;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>What a function hears of the broker when it settles a message, and what it cannot read.</summary>
public sealed class SettlementTests : MessageTests
{
    [Fact]
    public async Task Settling_ByALockThatIsLost_Throws()
    {
        var failed = new TaskCompletionSource<Exception?>();
        Seen.Do = async call =>
        {
            if (call.Messages[0].DeliveryCount == 1)
            {
                await Task.Delay(TimeSpan.FromSeconds(3));
                failed.SetResult(await Record.ExceptionAsync(() => call.Actions.CompleteMessageAsync(call.Messages[0])));
            }
            else
            {
                await failed.Task;
                await call.Actions.CompleteMessageAsync(call.Messages[0]);
            }
        };
        await using var host = await StartAsync<Settling>(
            Database, Seen, (HostJson + "maxAutoLockRenewalDuration", "00:00:00"), ("EmbeddedRuntime:LockDuration", "00:00:01"), ("EmbeddedRuntime:MaxDeliveryCount", "100"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        Assert.Equal(StatusCode.FailedPrecondition, Assert.IsType<RpcException>(await failed.Task.WaitAsync(Eventually.Patience)).StatusCode);
        await Eventually.TrueAsync(async () => await LeftAsync() == 0);
    }

    [Fact]
    public async Task Settling_IsOverWhenTheBrokerHasDoneIt()
    {
        var left = new TaskCompletionSource<long>();
        Seen.Do = async call =>
        {
            await call.Actions.CompleteMessageAsync(call.Messages[0]);
            left.SetResult(await LeftAsync());
        };
        await using var host = await StartAsync<Settling>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        Assert.Equal(0, await left.Task.WaitAsync(Eventually.Patience));
    }

    [Fact]
    public async Task Settling_WithATextTooLong_Throws()
    {
        var failures = new ConcurrentQueue<Exception?>();
        Seen.Do = async call =>
        {
            failures.Enqueue(await Record.ExceptionAsync(() => call.Actions.DeadLetterMessageAsync(call.Messages[0], deadLetterReason: "bad", deadLetterErrorDescription: new string('x', 4097))));
            failures.Enqueue(await Record.ExceptionAsync(() => call.Actions.DeadLetterMessageAsync(call.Messages[0], deadLetterReason: new string('x', 4097))));
            await call.Actions.DeadLetterMessageAsync(call.Messages[0], deadLetterReason: "bad", deadLetterErrorDescription: new string('x', 4096));
        };
        await using var host = await StartAsync<Settling>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        var dead = await BusClient.ReceiveAsync(client.Receiver("orders/$DeadLetterQueue"));
        Assert.Equal(4096, ((string)dead.ApplicationProperties["DeadLetterErrorDescription"]).Length);
        Assert.Equal(2, failures.Count);
        Assert.All(failures, failure => Assert.IsType<RpcException>(failure));
    }

    [Fact]
    public async Task Body_ThatIsNoData_CannotBeRead()
    {
        var read = new TaskCompletionSource<Exception?>();
        Seen.Do = call =>
        {
            read.SetResult(Record.Exception(() => call.Messages[0].Body));
            return Task.CompletedTask;
        };
        await using var host = await StartAsync<OneByOne>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.Sender("orders").SendAsync(new Message("a text"));

        Assert.IsType<NotSupportedException>(await read.Task.WaitAsync(Eventually.Patience));
    }
}
