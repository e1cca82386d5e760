using System.Globalization;
using Garnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>A server that speaks Redis' protocol and runs its scripts, in this process, on a port of its own.</summary>
public sealed class TestRedis : IDisposable
{
    private readonly GarnetServer server;

    public TestRedis(int? port = null)
    {
        Port = port ?? FreePort.Choose();

        // By itself it runs scripts side by side; as in Redis, nothing may come between a script's steps.
        server = new GarnetServer(
            ["--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--lua", "true", "--lua-transaction-mode", "true", "--memory", "64m", "--page", "4m", "--index", "1m", "-q"],
            NullLoggerFactory.Instance);
        server.Start();
    }

    public int Port { get; }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public void Dispose() => server.Dispose();
}
