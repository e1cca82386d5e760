using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.ServiceBus;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.IntegrationTests.Messaging;

/// <summary>The way to the broker itself.</summary>
public sealed class EventPublisherTests : IAsyncLifetime
{
    private RuntimeDatabase? database;
    private BrokerHost? broker;

    private BrokerHost Broker => broker!;

    public async Task InitializeAsync()
    {
        database = await RuntimeDatabase.CreateAsync();
        broker = await BrokerHost.StartAsync(database);
    }

    public async Task DisposeAsync()
    {
        await Broker.DisposeAsync();
        await database!.DisposeAsync();
    }

    [Fact]
    public async Task SentAtOnce_AllArrive_EachOnce()
    {
        await using var publisher = Publisher();
        await using var subscriber = await Subscriber.ListenAsync(Broker.ConnectionString, "orders");
        await publisher.ReachAsync("orders", CancellationToken.None);

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(n => publisher.SendAsync("orders", Message(n), CancellationToken.None)));

        await Eventually.TrueAsync(() => subscriber.All.Count == 1000);
        Assert.Equal(Enumerable.Range(0, 1000), subscriber.All.Select(heard => (int)heard.Event["n"]!).Order());
    }

    [Fact]
    public async Task UnknownTopic_IsNotTheMessagesFault()
    {
        await using var publisher = Publisher();

        await Assert.ThrowsAsync<BusUnavailableException>(() => publisher.SendAsync("nowhere", Message(1), CancellationToken.None));
        await publisher.SendAsync("orders", Message(1), CancellationToken.None);
    }

    [Fact]
    public async Task WrongKey_IsToldWithoutTheKey()
    {
        await using var publisher = Publisher(Broker.ConnectionString.Replace(Broker.Key, "c2VjcmV0", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<BusUnavailableException>(() => publisher.SendAsync("orders", Message(1), CancellationToken.None));

        Assert.DoesNotContain("c2VjcmV0", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TooLarge_IsRefusedForGood_AndTheLinkStays()
    {
        await using var publisher = Publisher();
        await publisher.SendAsync("orders", Message(1), CancellationToken.None);
        var large = Message(2) with { Body = new byte[2_000_000] };

        var refused = await Assert.ThrowsAsync<MessageRefusedException>(() => publisher.SendAsync("orders", large, CancellationToken.None));

        Assert.Equal(("amqp:link:message-size-exceeded", true), (refused.Condition, refused.IsFinal));
        await publisher.SendAsync("orders", Message(3), CancellationToken.None);
    }

    [Fact]
    public async Task Identity_ShowsATokenInsteadOfAKey()
    {
        var tokens = new Tokens(Broker.Key);
        await using var connection = await BusConnection.OpenAsync(new BusAddress("127.0.0.1", Broker.Port, UsesTls: false) { Credential = tokens });
        await using var subscriber = await Subscriber.ListenAsync(Broker.ConnectionString, "orders");

        await (await connection.SenderAsync("orders")).SendAsync(Message(1), TimeSpan.FromSeconds(10), CancellationToken.None);

        await Eventually.TrueAsync(() => subscriber.All.Count == 1);
        Assert.Equal(["https://servicebus.azure.net/.default"], tokens.Scopes);
    }

    [Fact]
    public async Task Identity_WhoseTokenIsRefused_SendsNothing()
    {
        await using var connection = await BusConnection.OpenAsync(new BusAddress("127.0.0.1", Broker.Port, UsesTls: false) { Credential = new Tokens("another key") });

        await Assert.ThrowsAsync<BusUnavailableException>(() => connection.SenderAsync("orders"));
    }

    private EventPublisher Publisher(string? connection = null) => new(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("ServiceBus", (string?)(connection ?? Broker.ConnectionString))]).Build(),
        NullLogger<EventPublisher>.Instance);

    private static OutgoingMessage Message(int n) => new($"message-{n}", "test", "application/json", Encoding.UTF8.GetBytes($$"""{"n":{{n}}}"""));

    /// <summary>Signs with the key, as this broker understands tokens; Service Bus takes Entra's.</summary>
    private sealed class Tokens(string key) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            var (resource, end) = (Uri.EscapeDataString("sb://127.0.0.1/orders"), DateTimeOffset.UtcNow.AddHours(1));
            var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{end.ToUnixTimeSeconds()}")));
            return new AccessToken($"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(signature)}&se={end.ToUnixTimeSeconds()}&skn=RootManageSharedAccessKey", end);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
