using Amqp;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.ServiceBus;

/// <summary>A broker with a queue "orders" in a process of its own, to be killed and measured.</summary>
internal static class BrokerProcess
{
    private const string Key = "a key of the test";

    public static Task<SampleProcess> StartAsync(RuntimeDatabase database, int port) => SampleProcess.StartAsync(new Dictionary<string, string>
    {
        ["EmbeddedRuntime__Database"] = database.ConnectionString,
        ["EmbeddedRuntime__Broker"] = "true",
        ["EmbeddedRuntime__BrokerPort"] = $"{port}",
        ["EmbeddedRuntime__BrokerKey"] = Key,
        ["EmbeddedRuntime__Entities"] = "orders",
    });

    public static async Task<BusClient> ConnectAsync(int port) =>
        new(await Connection.Factory.CreateAsync(new Address("127.0.0.1", port, "RootManageSharedAccessKey", Key, "/", "amqp")));
}
