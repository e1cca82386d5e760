using System.Text.Json;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
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

    private BusClient? client;

    public BusApp() => Configure = WithBroker;

    /// <summary>With blob storage too, and without a subscription that keeps what it publishes: that is others'.</summary>
    public static BusApp Filing() => new()
    {
        KeepsFiles = true,
        Configure = settings =>
        {
            WithBroker(settings);
            settings["EmbeddedRuntime:Entities"] = "customers-events/Subscriptions/";
        },
    };

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

    /// <summary>Gives back the next message that lies in the subscription.</summary>
    public async Task AbandonAsync()
    {
        client ??= await MessageSamples.ConnectAsync(ConnectionString);
        var receiver = client.Receiver(Subscription);
        receiver.SetCredit(1, autoRestore: false);
        receiver.Modify(await BusClient.ReceiveAsync(receiver), deliveryFailed: true);
        await receiver.CloseAsync();
    }

    /// <summary>Dead-letters, by hand and with a reason, the next message that lies in the subscription.</summary>
    public async Task DeadLetterByHandAsync(string reason, string description)
    {
        client ??= await MessageSamples.ConnectAsync(ConnectionString);
        var receiver = client.Receiver(Subscription);
        receiver.SetCredit(1, autoRestore: false);
        var message = await BusClient.ReceiveAsync(receiver);
        receiver.Reject(message, new Error("com.microsoft:dead-letter")
        {
            Info = new Fields { [new Symbol("DeadLetterReason")] = reason, [new Symbol("DeadLetterErrorDescription")] = description },
        });
        await receiver.CloseAsync();
    }

    /// <summary>What is kept of events without effect, as "state code", by event id.</summary>
    public async Task<Dictionary<string, string>> DeadLettersAsync() =>
        (await Database.QueryAsync<string>("select coalesce(event_id, '') || '|' || state || ' ' || code from dead_letters"))
        .Select(row => row.Split('|')).ToDictionary(row => row[0], row => row[1]);

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
        return Raw(body, read.RootElement.GetProperty("id").GetString() is { Length: > 0 } id ? id : null, "application/cloudevents+json");
    }

    public static Message Raw(byte[] body, string? id, string? contentType) => new()
    {
        Properties = new Properties { MessageId = id, ContentType = contentType },
        BodySection = new Data { Binary = body },
    };
}
