using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Amqp;
using Amqp.Sasl;
using Azure.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
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

        await (await connection.SenderAsync("orders")).SendAsync(Message(1), Eventually.Patience, CancellationToken.None);

        await Eventually.TrueAsync(() => subscriber.All.Count == 1);
        Assert.Equal(["https://servicebus.azure.net/.default"], tokens.Scopes);
    }

    // This project has Azure.Identity beside Azure.Core, as the azure flavour has: it compiles only where both mean one type.
    [Fact]
    public void Namespace_NamedWithoutAKey_IsReachedAsTheAppItself() => Assert.IsType<Azure.Identity.DefaultAzureCredential>(
        BusAddress.From(new ConfigurationBuilder().AddInMemoryCollection([new("ServiceBus:fullyQualifiedNamespace", "ns.servicebus.windows.net")]).Build())!.Credential);

    [Fact]
    public async Task Identity_WhoseTokenIsRefused_SendsNothing()
    {
        await using var connection = await BusConnection.OpenAsync(new BusAddress("127.0.0.1", Broker.Port, UsesTls: false) { Credential = new Tokens("another key") });

        await Assert.ThrowsAsync<BusUnavailableException>(() => connection.SenderAsync("orders"));
    }

    [Fact]
    public async Task ConnectionThatHasGoneSilent_IsNotUsedAgain()
    {
        await using var proxy = new TcpProxy(Broker.Port);
        await using var publisher = Publisher(Broker.ConnectionString.Replace($":{Broker.Port}", $":{proxy.Port}", StringComparison.Ordinal));
        await publisher.SendAsync("orders", Message(1), CancellationToken.None);
        proxy.Mute();

        await Assert.ThrowsAsync<BusUnavailableException>(() => publisher.SendAsync("news", Message(2), CancellationToken.None)); // a link that gets no answer
        await publisher.SendAsync("news", Message(3), CancellationToken.None); // over that one it would get none either
    }

    [Fact]
    public async Task AnswerToATokenThatWasGivenUp_IsNotTakenForTheNext()
    {
        await using var proxy = new TcpProxy(Broker.Port);
        var credential = new Tokens(Broker.Key, Broker.Key, "another key");
        var connection = await ConnectAsync(proxy.Port);
        await using var tokens = new BusTokens(new Session(connection), new BusAddress("127.0.0.1", proxy.Port, UsesTls: false) { Credential = credential }, TimeSpan.FromSeconds(10));
        await tokens.ShowAsync("orders", CancellationToken.None);
        proxy.Freeze();
        await Assert.ThrowsAsync<TimeoutException>(() => tokens.ShowAsync("orders", CancellationToken.None));

        proxy.Thaw();

        await Assert.ThrowsAsync<BusUnavailableException>(() => tokens.ShowAsync("orders", CancellationToken.None));
        await connection.CloseAsync();
    }

    [Fact]
    public async Task Token_IsShownAnewBeforeItsEnd_AndAgainWhenTheNewOneIsRefused()
    {
        var credential = new Tokens(Broker.Key, "another key", "another key", Broker.Key) { FirstLifetime = TimeSpan.FromSeconds(30) };
        var connection = await ConnectAsync(Broker.Port);
        await using var tokens = new BusTokens(
            new Session(connection), new BusAddress("127.0.0.1", Broker.Port, UsesTls: false) { Credential = credential }, TimeSpan.FromSeconds(15),
            early: TimeSpan.FromSeconds(29), pause: TimeSpan.FromSeconds(0.5));
        var shown = Stopwatch.StartNew();
        await tokens.ShowAsync("orders", CancellationToken.None);

        await Eventually.TrueAsync(() => credential.Count >= 2);
        Assert.InRange(shown.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(29));
        await Eventually.TrueAsync(() => credential.Count >= 4); // refused twice, and tried again
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(4, credential.Count); // good for an hour
        await connection.CloseAsync();
    }

    // As Service Bus's own clients come: anonymous until they show a token.
    private static Task<Connection> ConnectAsync(int port) =>
        new ConnectionFactory { SASL = { Profile = SaslProfile.Anonymous } }.CreateAsync(new Address("127.0.0.1", port, null, null, "/", "amqp"));

    private EventPublisher Publisher(string? connection = null) => new(
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("ServiceBus", (string?)(connection ?? Broker.ConnectionString))]).Build(),
        NullLogger<EventPublisher>.Instance);

    private static OutgoingMessage Message(int n) => new($"message-{n}", "test", "application/json", Encoding.UTF8.GetBytes($$"""{"n":{{n}}}"""));

    /// <summary>Signs, as this broker understands tokens (Service Bus takes Entra's), with one key after the other and then with the last.</summary>
    private sealed class Tokens(params string[] keys) : TokenCredential
    {
        private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
        private int count;

        public TimeSpan FirstLifetime { get; init; } = Lifetime;

        /// <summary>How many were asked for.</summary>
        public int Count => Volatile.Read(ref count);

        public ConcurrentBag<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var asked = Interlocked.Increment(ref count);
            foreach (var scope in requestContext.Scopes)
                Scopes.Add(scope);
            var (key, lifetime) = (keys[Math.Min(asked, keys.Length) - 1], asked == 1 ? FirstLifetime : Lifetime);
            var (resource, end) = (Uri.EscapeDataString("sb://127.0.0.1/orders"), DateTimeOffset.UtcNow.Add(lifetime));
            var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{end.ToUnixTimeSeconds()}")));
            return new AccessToken($"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(signature)}&se={end.ToUnixTimeSeconds()}&skn=RootManageSharedAccessKey", end);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
