using Amqp;
using Amqp.Sasl;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>A host without functions whose broker has a queue "orders" and a topic "news" with two subscriptions.</summary>
internal sealed class BrokerHost : IAsyncDisposable
{
    private readonly FunctionsTestHost host;

    private BrokerHost(FunctionsTestHost host)
    {
        this.host = host;
        ConnectionString = host.Services.GetRequiredService<IConfiguration>()["ServiceBus"]!;
        var parts = ConnectionString.Split(';').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var endpoint = new Uri(parts["Endpoint"]);
        (Port, KeyName, Key) = (endpoint.Port, parts["SharedAccessKeyName"], parts["SharedAccessKey"]);
    }

    public string ConnectionString { get; }
    public int Port { get; }
    public string KeyName { get; }
    public string Key { get; }

    public static async Task<BrokerHost> StartAsync(RuntimeDatabase database, params (string Key, string? Value)[] settings) =>
        new(await Embedded.SampleApp.StartAsync<NoFunctions>(
            [database.Setting, ("EmbeddedRuntime:Broker", "true"), ("EmbeddedRuntime:Entities", "orders;news/Subscriptions/first;news/Subscriptions/second"), .. settings]));

    public async Task<BusClient> ConnectAsync(string? key = null) =>
        new(await Connection.Factory.CreateAsync(new Address("127.0.0.1", Port, KeyName, key ?? Key, "/", "amqp")));

    /// <summary>As Service Bus's own clients come: anonymous until they show a token.</summary>
    public async Task<BusClient> ConnectAnonymouslyAsync() =>
        new(await new ConnectionFactory { SASL = { Profile = SaslProfile.Anonymous } }.CreateAsync(new Address("127.0.0.1", Port, null, null, "/", "amqp")));

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private sealed class NoFunctions;
}
