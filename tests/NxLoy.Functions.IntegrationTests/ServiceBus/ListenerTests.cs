using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.Framing;
using Grpc.Core;
using NxLoy.Functions.IntegrationTests.Embedded;
using static NxLoy.Functions.IntegrationTests.ServiceBus.MessageSamples;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>Functions that messages start, from the broker's first delivery to the last word on each message.</summary>
public sealed class ListenerTests : IAsyncLifetime
{
    private const string HostJson = "AzureFunctionsJobHost:extensions:serviceBus:";

    private readonly Calls calls = [];
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Single_ThatSucceeds_IsCompleted()
    {
        await using var host = await StartAsync<OneByOne>(database, calls);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one", "two", "three");

        await Eventually.TrueAsync(async () => calls.Count == 3 && await LeftAsync() == 0);
        Assert.Equal(["one", "three", "two"], calls.Texts.Order());
    }

    [Fact]
    public async Task Single_ThatThrows_ComesAgain_UntilItIsDeadLettered()
    {
        calls.Do = _ => throw new InvalidOperationException("no");
        await using var host = await StartAsync<OneByOne>(database, calls, ("EmbeddedRuntime:MaxDeliveryCount", "3"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "poison");

        var dead = await BusClient.ReceiveAsync(client.Receiver("orders/$DeadLetterQueue"));
        Assert.Equal("poison", BusClient.TextOf(dead));
        Assert.Equal("MaxDeliveryCountExceeded", dead.ApplicationProperties["DeadLetterReason"]);
        Assert.Equal([1, 2, 3], calls.Messages.Select(message => message.DeliveryCount));
    }

    [Fact]
    public async Task Settling_DeadLetters_WithItsReason()
    {
        calls.Do = call => call.Actions.DeadLetterMessageAsync(call.Messages[0], deadLetterReason: "unreadable", deadLetterErrorDescription: "It is no JSON.");
        await using var host = await StartAsync<Settling>(database, calls);
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
        calls.Do = async call =>
        {
            if (call.Messages[0].DeliveryCount == 1)
            {
                await call.Actions.AbandonMessageAsync(call.Messages[0]);
                return;
            }

            await call.Actions.CompleteMessageAsync(call.Messages[0]);
            second.SetResult(await Record.ExceptionAsync(() => call.Actions.CompleteMessageAsync(call.Messages[0])));
        };
        await using var host = await StartAsync<Settling>(database, calls);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        Assert.IsType<RpcException>(await second.Task.WaitAsync(Eventually.Patience));
        await Eventually.TrueAsync(async () => await LeftAsync() == 0);
        Assert.Equal(2, calls.Count);
    }

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
    public async Task Batches_HoldAtMostWhatHostJsonSays_InOrder_OneAtATime()
    {
        calls.Do = _ => Task.Delay(20);
        await using var host = await StartAsync<Batched>(database, calls, (HostJson + "maxMessageBatchSize", "10"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("news", [.. Enumerable.Range(0, 95).Select(i => $"{i}")]);

        await Eventually.TrueAsync(async () => calls.Messages.Count() == 95 && await LeftAsync() == 0);
        Assert.Equal(Enumerable.Range(0, 95).Select(i => $"{i}"), calls.Texts);
        Assert.All(calls, call => Assert.InRange(call.Messages.Length, 1, 10));
        Assert.Contains(calls, call => call.Messages.Length > 1);
        Assert.Equal(1, calls.MostAtOnce);
    }

    [Fact]
    public async Task Batch_WaitsForTheFewestMessages_ButNotForEver()
    {
        await using var host = await StartAsync<Batched>(database, calls, (HostJson + "minMessageBatchSize", "3"), (HostJson + "maxBatchWaitTime", "00:00:03"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("news", "one");
        await client.SendAsync("news", "two");
        await client.SendAsync("news", "three");
        await Eventually.TrueAsync(() => calls.Count == 1);
        Assert.Equal(3, calls.First().Messages.Length);

        await client.SendAsync("news", "alone");
        await Eventually.TrueAsync(() => calls.Count == 2);
    }

    [Fact]
    public async Task Batch_ThatThrows_IsGivenBackExceptForWhatItSettled()
    {
        var isFirst = true;
        calls.Do = async call =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            await call.Actions.CompleteMessageAsync(call.Messages[0]);
            throw new InvalidOperationException("no");
        };
        await using var host = await StartAsync<Batched>(database, calls, (HostJson + "minMessageBatchSize", "3"), (HostJson + "maxBatchWaitTime", "00:00:01"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("news", "one", "two", "three");

        await Eventually.TrueAsync(async () => calls.Messages.Count() == 5 && await LeftAsync() == 0);
        Assert.Equal(["one", "three", "three", "two", "two"], calls.Texts.Order());
    }

    [Fact]
    public async Task Singles_RunSideBySide_UpToWhatHostJsonSays()
    {
        calls.Do = _ => Task.Delay(200);
        await using var host = await StartAsync<OneByOne>(database, calls, (HostJson + "maxConcurrentCalls", "2"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one", "two", "three", "four", "five", "six");

        await Eventually.TrueAsync(async () => calls.Count == 6 && await LeftAsync() == 0);
        Assert.Equal(2, calls.MostAtOnce);
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

    [Fact]
    public async Task Stop_LetsWorkEnd_AndGivesBackTheRestUncounted()
    {
        var stopped = new TaskCompletionSource();
        calls.Do = async call =>
        {
            call.Stop.Register(stopped.SetResult);
            await stopped.Task;
            await Task.Delay(500, CancellationToken.None);
        };
        await using (var host = await StartAsync<OneByOne>(database, calls, (HostJson + "maxConcurrentCalls", "1"), (HostJson + "prefetchCount", "5")))
        {
            await using var client = await host.ConnectAsync();
            await client.SendAsync("orders", "one", "two", "three");
            await Eventually.TrueAsync(() => !calls.IsEmpty);
        }

        Assert.Equal(["one"], calls.Texts);
        var after = new Calls();
        await using var again = await StartAsync<OneByOne>(database, after);
        await Eventually.TrueAsync(async () => after.Count == 2 && await LeftAsync() == 0);
        Assert.Equal(["three", "two"], after.Texts.Order());
        Assert.All(after.Messages, message => Assert.Equal(1, message.DeliveryCount));
    }

    [Fact]
    public async Task Broker_ThatGoesAndComesBack_IsFoundAgain()
    {
        (string, string?)[] place = [("EmbeddedRuntime:BrokerPort", Fixtures.FreePort.Choose().ToString(CultureInfo.InvariantCulture)), ("EmbeddedRuntime:BrokerKey", "a-key-for-tests")];
        var broker = await BrokerHost.StartAsync(database, place);
        await using var host = await StartWithoutBrokerAsync<OneByOne>(calls, ("ServiceBus", broker.ConnectionString));
        await using (var client = await broker.ConnectAsync())
            await client.SendAsync("orders", "before");
        await Eventually.TrueAsync(() => calls.Count == 1);

        await broker.DisposeAsync();
        await Task.Delay(1000);
        await using var back = await BrokerHost.StartAsync(database, place);
        await using (var client = await back.ConnectAsync())
            await client.SendAsync("orders", "after");

        await Eventually.TrueAsync(async () => calls.Count == 2 && await LeftAsync() == 0);
    }

    [Fact]
    public async Task BindingData_TellsOfTheMessage()
    {
        await using var host = await StartAsync<OneByOne>(database, calls);
        await using var client = await host.ConnectAsync();
        var message = BusClient.Text("one", "id-1");
        message.Properties.Subject = "a.type";
        message.Properties.ContentType = "application/json";
        message.Properties.CorrelationId = "c-1";
        message.ApplicationProperties = new ApplicationProperties { ["businessId"] = "b-1", ["Diagnostic-Id"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

        await client.Sender("orders").SendAsync(message);
        await Eventually.TrueAsync(() => !calls.IsEmpty);

        var (received, context) = (calls.First().Messages[0], calls.First().Context);
        Assert.Equal(("id-1", "a.type", "application/json", "c-1", 1), (received.MessageId, received.Subject, received.ContentType, received.CorrelationId, received.DeliveryCount));
        Assert.InRange(received.LockedUntil, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddSeconds(60));
        Assert.InRange(received.EnqueuedTime, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        var data = context.BindingContext.BindingData;
        Assert.Equal(("id-1", "1", "a.type"), (data["MessageId"], data["DeliveryCount"], data["Subject"]));
        Assert.Equal(received.LockToken, data["LockToken"]);
        Assert.Equal(received.SequenceNumber.ToString(CultureInfo.InvariantCulture), data["SequenceNumber"]);
        Assert.Equal(received.EnqueuedTime.UtcDateTime, JsonNode.Parse((string)data["EnqueuedTimeUtc"]!)!.GetValue<DateTime>());
        Assert.Equal("b-1", (string?)JsonNode.Parse((string)data["ApplicationProperties"]!)!["businessId"]);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", context.TraceContext.TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_AreBound()
    {
        await using var host = await StartAsync<Texts>(database, calls);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "olá");
        await client.SendAsync("news", "ein", "zwei");

        await Eventually.TrueAsync(() => Texts.Seen.Count == 3);
        Assert.Equal(["ein", "olá", "zwei"], Texts.Seen.Order());
    }

    [Fact]
    public async Task Disabled_TakesNothing()
    {
        await using var host = await StartAsync<OneByOne>(database, calls, ("AzureWebJobs.OneByOne.Disabled", "true"), ("EmbeddedRuntime:Entities", "orders"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        Assert.Equal("one", await client.TakeAsync("orders"));
        Assert.Empty(calls);
    }

    [Fact]
    public async Task WithoutAConnectionString_TheHostRuns_AndItsNamesNeedNoSettings()
    {
        await using var host = await Embedded.SampleApp.StartAsync<Batched>(("ServiceBus", ""));
        using var client = host.CreateClient();

        Assert.True((await client.GetAsync(new Uri("/", UriKind.Relative))).IsSuccessStatusCode);
    }

    [Fact]
    public async Task WhatCannotBeRead_StopsTheStart()
    {
        const string Somewhere = "Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true";

        await Assert.ThrowsAsync<InvalidOperationException>(() => Embedded.SampleApp.StartAsync<Batched>(("ServiceBus", Somewhere)));
        var nonsense = await Assert.ThrowsAsync<FormatException>(() => StartWithoutBrokerAsync<Batched>(calls, ("ServiceBus", "Endpoint=nowhere;SharedAccessKey=secret")));
        Assert.DoesNotContain("secret", nonsense.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(() => StartWithoutBrokerAsync<WithSessions>(calls, ("ServiceBus", Somewhere)));
        await Assert.ThrowsAsync<NotSupportedException>(() => StartWithoutBrokerAsync<WrongArray>(calls));
    }

    [Fact]
    public async Task Listing_ShowsBindingsAsTheRealHostDoes()
    {
        await using var host = await Embedded.SampleApp.StartAsync<Batched>();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("x-functions-key", host.MasterKey);

        var listed = JsonNode.Parse(await client.GetStringAsync(new Uri("/admin/functions", UriKind.Relative)))!.AsArray();

        var binding = Assert.Single(listed)!["config"]!["bindings"]![0]!;
        Assert.Equal(
            """{"name":"messages","direction":"In","type":"serviceBusTrigger","topicName":"%Topic%","subscriptionName":"first","connection":"ServiceBus","cardinality":"Many","properties":{"supportsDeferredBinding":"True"}}""",
            binding.ToJsonString());
    }

    private Task<long> LeftAsync() => database.ScalarAsync<long>("select count(*) from functions_host.bus_messages");
}
