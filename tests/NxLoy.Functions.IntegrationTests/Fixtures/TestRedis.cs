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
        server = new GarnetServer(
            ["--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--lua", "true", "--memory", "64m", "--page", "4m", "--index", "1m", "-q"],
            NullLoggerFactory.Instance);
        server.Start();
    }

    public int Port { get; }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public void Dispose() => server.Dispose();
}
