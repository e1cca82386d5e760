using System.Text.Json;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.ServiceBus;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>The whole app with the embedded broker, as ./run starts it; one per test class (IClassFixture).</summary>
public class BusApp : TestApp, IAsyncLifetime
{
    public const string Inbound = "loyalty-activity";
    public const string Subscription = Inbound + "/Subscriptions/customers";
    public const string RetryQueue = "customers-retry";

    private BusClient? client;

    public BusApp() => Configure = WithBroker;

    /// <summary>What brings an app a broker.</summary>
    public static void WithBroker(Dictionary<string, string?> settings)
    {
        settings["EmbeddedRuntime:Broker"] = "true";
        settings["EmbeddedRuntime:Entities"] = "customers-events/Subscriptions/local";
        settings["EmbeddedRuntime:LockDuration"] = "00:00:10";
        settings["Events:RetryDelay"] = "00:00:00.5";
    }

    public string ConnectionString => Host.Services.GetRequiredService<IConfiguration>()["ServiceBus"]!;

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (client is not null)
            await client.DisposeAsync();
        await DisposeAsync();
    }

    public Task SendAsync(params IEnumerable<object> events) => SendAsync([.. events.Select(Message)]);

    public async Task SendAsync(params Message[] messages)
    {
        client ??= await MessageSamples.ConnectAsync(ConnectionString);
        var sender = client.Sender(Inbound);
        await Task.WhenAll(messages.Select(message => sender.SendAsync(message)));
        await sender.CloseAsync();
    }

    /// <summary>Receives what was dead-lettered: its id or text, and its reason.</summary>
    public async Task<(string Id, string Reason)> DeadLetterAsync(string entity = Subscription)
    {
        var (id, reason, _) = await DescribedDeadLetterAsync(entity);
        return (id, reason);
    }

    public async Task<(string Id, string Reason, string? Description)> DescribedDeadLetterAsync(string entity = Subscription)
    {
        client ??= await MessageSamples.ConnectAsync(ConnectionString);
        var receiver = client.Receiver($"{entity}/$DeadLetterQueue");
        receiver.SetCredit(1, autoRestore: false);
        var message = await BusClient.ReceiveAsync(receiver);
        receiver.Accept(message);
        await receiver.CloseAsync();
        return (message.Properties.MessageId, (string)message.ApplicationProperties["DeadLetterReason"], (string?)message.ApplicationProperties["DeadLetterErrorDescription"]);
    }

    /// <summary>How many messages the broker has, in all queues.</summary>
    public async Task<long> LeftAsync() => (await Database.QueryAsync<long>("select count(*) from functions_host.bus_messages where queue not like '%/local'"))[0];

    public Task SettledAsync() => Eventually.TrueAsync(async () => await LeftAsync() == 0);

    public async Task<decimal> SpentAsync(Guid customer) =>
        (await Database.QueryAsync<decimal>("select coalesce(sum(total_spent), 0) from customer_metrics where customer_id = @customer", new { customer }))[0];

    /// <summary>One event in structured mode; its message is called as itself.</summary>
    public static Message Message(object @event)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(@event, JsonSerializerOptions.Web);
        using var read = JsonDocument.Parse(body);
        return Raw(body, read.RootElement.GetProperty("id").GetString()!, "application/cloudevents+json");
    }

    public static Message Raw(byte[] body, string id, string? contentType) => new()
    {
        Properties = new Properties { MessageId = id, ContentType = contentType },
        BodySection = new Data { Binary = body },
    };
}
