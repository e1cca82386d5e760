using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amqp;
using Amqp.Framing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>Who may use the embedded broker, and what it refuses.</summary>
public sealed class BrokerAccessTests : IAsyncLifetime
{
    private RuntimeDatabase database = null!;

    public async Task InitializeAsync() => database = await RuntimeDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Login_WithAnotherKey_IsRefused()
    {
        await using var host = await BrokerHost.StartAsync(database);

        var refused = await Assert.ThrowsAsync<AmqpException>(async () => await host.ConnectAsync("another key"));

        Assert.Equal(ErrorCode.UnauthorizedAccess, refused.Error.Condition.ToString());
    }

    [Fact]
    public async Task Link_WithoutToken_IsRefused_AndWithOneIsNot()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAnonymouslyAsync();
        await RefusedAsync(ErrorCode.UnauthorizedAccess, () => client.Sender("orders").SendAsync(BusClient.Text("x")));

        Assert.Equal(401, (await ShowAsync(client, Token(host, "another key", TimeSpan.FromMinutes(5)))).ApplicationProperties["status-code"]);
        Assert.Equal(401, (await ShowAsync(client, Token(host, host.Key, TimeSpan.FromMinutes(-5)))).ApplicationProperties["status-code"]);
        await RefusedAsync(ErrorCode.UnauthorizedAccess, () => client.Sender("orders").SendAsync(BusClient.Text("x")));

        Assert.Equal(202, (await ShowAsync(client, Token(host, host.Key, TimeSpan.FromMinutes(5)))).ApplicationProperties["status-code"]);
        await client.SendAsync("orders", "one");
        Assert.Equal("one", await client.TakeAsync("orders"));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("news/Subscriptions/first")]
    [InlineData("orders/$deadletterqueue")]
    public async Task Sender_ToWhatTakesNoMessages_IsRefused(string address)
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();

        await RefusedAsync(ErrorCode.NotFound, () => client.Sender(address).SendAsync(BusClient.Text("x")));
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("news")]
    [InlineData("news/Subscriptions/third")]
    public async Task Receiver_OfWhatKeepsNoMessages_IsRefused(string address)
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();

        await RefusedAsync(ErrorCode.NotFound, () => client.Receiver(address).ReceiveAsync(Eventually.Patience));
    }

    [Fact]
    public async Task Message_TooLarge_IsRefused_AndALargeOneIsNot()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        var large = new string('x', 1_000_000);
        await client.SendAsync("orders", large);

        await RefusedAsync(ErrorCode.MessageSizeExceeded, () => client.Sender("orders").SendAsync(BusClient.Text(large + large)));

        Assert.Equal(large, await client.TakeAsync("orders"));
    }

    [Fact]
    public async Task Message_WithTooLongAnId_IsRefusedAlone()
    {
        await using var host = await BrokerHost.StartAsync(database);
        await using var client = await host.ConnectAsync();
        var sender = client.Sender("orders");
        var good = Enumerable.Range(0, 10).Select(i => sender.SendAsync(BusClient.Text($"{i}"))).ToList();

        await RefusedAsync(ErrorCode.NotAllowed, () => sender.SendAsync(BusClient.Text("x", new string('i', 129))));
        await sender.SendAsync(BusClient.Text("y", "with a NUL \0 in it"));

        await Task.WhenAll(good);
    }

    [Fact]
    public async Task Host_WithoutADatabase_SaysWhatIsMissing()
    {
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => Embedded.SampleApp.StartAsync<BrokerAccessTests>(("EmbeddedRuntime:Broker", "true")));

        Assert.Contains("EmbeddedRuntime:Database", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_WithServiceBusFunctions_HasABrokerUnlessToldOtherwise()
    {
        Assert.NotEmpty(await ServiceBusOfAsync<Listening>());
        Assert.Empty(await ServiceBusOfAsync<Listening>(("EmbeddedRuntime:Broker", "false")));
        Assert.Empty(await ServiceBusOfAsync<Listening>(("AzureWebJobs.Listen.Disabled", "true")));
        Assert.Empty(await ServiceBusOfAsync<Silent>());
    }

    private async Task<string> ServiceBusOfAsync<TFunctions>(params (string, string?)[] settings)
    {
        await using var host = await Embedded.SampleApp.StartAsync<TFunctions>([database.Setting, .. settings]);
        return host.Services.GetRequiredService<IConfiguration>()["ServiceBus"] ?? "";
    }

    public sealed class Listening
    {
        [Function("Listen")]
        public static void Listen([ServiceBusTrigger("orders", Connection = "ServiceBus")] string message) => _ = message;
    }

    public sealed class Silent
    {
        [Function("Tick")]
        public static void Tick([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => _ = timer;
    }

    private static async Task RefusedAsync(string condition, Func<Task> act) =>
        Assert.Equal(condition, (await Assert.ThrowsAsync<AmqpException>(act)).Error.Condition.ToString());

    private static Task<Message> ShowAsync(BusClient client, string token) => client.RequestAsync(
        "$cbs",
        new Message(token)
        {
            ApplicationProperties = new ApplicationProperties { ["operation"] = "put-token", ["type"] = "servicebus.windows.net:sastoken", ["name"] = "sb://127.0.0.1/orders" },
        });

    private static string Token(BrokerHost host, string key, TimeSpan lifetime)
    {
        var resource = WebUtility.UrlEncode("sb://127.0.0.1/orders");
        var expiry = DateTimeOffset.UtcNow.Add(lifetime).ToUnixTimeSeconds();
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
        return $"SharedAccessSignature sr={resource}&sig={WebUtility.UrlEncode(Convert.ToBase64String(signature))}&se={expiry}&skn={host.KeyName}";
    }
}
