using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.Framing;
using NxLoy.Functions.IntegrationTests.Embedded;
using static NxLoy.Functions.IntegrationTests.ServiceBus.MessageSamples;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>What a function that messages start is declared by, and what it is handed.</summary>
public sealed class MessageBindingTests : MessageTests
{
    [Fact]
    public async Task Texts_AreBound()
    {
        await using var host = await StartAsync<Texts>(Database, Seen);
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "olá");
        await client.SendAsync("news", "ein", "zwei");

        await Eventually.TrueAsync(() => Texts.Seen.Count == 3);
        Assert.Equal(["ein", "olá", "zwei"], Texts.Seen.Order());
    }

    [Fact]
    public async Task Disabled_TakesNothing()
    {
        await using var host = await StartAsync<OneByOne>(Database, Seen, ("AzureWebJobs.OneByOne.Disabled", "true"), ("EmbeddedRuntime:Entities", "orders"));
        await using var client = await host.ConnectAsync();

        await client.SendAsync("orders", "one");

        Assert.Equal("one", await client.TakeAsync("orders"));
        Assert.Empty(Seen);
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
        var nonsense = await Assert.ThrowsAsync<FormatException>(() => StartWithoutBrokerAsync<Batched>(Seen, ("ServiceBus", "Endpoint=nowhere;SharedAccessKey=secret")));
        Assert.DoesNotContain("secret", nonsense.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(() => StartWithoutBrokerAsync<WithSessions>(Seen, ("ServiceBus", Somewhere)));
        await Assert.ThrowsAsync<NotSupportedException>(() => StartWithoutBrokerAsync<WrongArray>(Seen));
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

    [Fact]
    public async Task BindingData_TellsOfTheMessage()
    {
        await using var host = await StartAsync<OneByOne>(Database, Seen);
        await using var client = await host.ConnectAsync();
        var message = BusClient.Text("one", "id-1");
        message.Properties.Subject = "a.type";
        message.Properties.ContentType = "application/json";
        message.Properties.CorrelationId = "c-1";
        message.ApplicationProperties = new ApplicationProperties { ["businessId"] = "b-1", ["Diagnostic-Id"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

        await client.Sender("orders").SendAsync(message);
        await Eventually.TrueAsync(() => !Seen.IsEmpty);

        var (received, context) = (Seen.First().Messages[0], Seen.First().Context);
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
}
