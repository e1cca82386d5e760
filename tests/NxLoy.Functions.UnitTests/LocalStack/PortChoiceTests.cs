using System.Net;
using System.Net.Sockets;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Running;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.UnitTests.LocalStack;

public sealed class PortChoiceTests : IDisposable
{
    private readonly TcpListener other = new(IPAddress.Loopback, 0);

    public PortChoiceTests() => other.Start();

    private int Taken => ((IPEndPoint)other.LocalEndpoint).Port;

    [Fact]
    public void Port_AskedForAndTaken_IsRefused() => Assert.Contains(
        $"port {Taken}",
        Assert.Throws<LauncherException>(() => PortChoice.For("The app", asked: Taken, last: null, preferred: 7071)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Port_OfLastTime_IsKept()
    {
        var free = Ports.AnyFree();

        Assert.Equal(free, PortChoice.For("The app", asked: null, last: free, preferred: Taken));
    }

    [Fact]
    public void Port_PreferredButTaken_IsAnother() =>
        Assert.NotEqual(Taken, PortChoice.For("The app", asked: null, last: Taken, preferred: Taken));

    [Fact]
    public void Ports_InARow_AreAllFree()
    {
        var first = PortChoice.For("Azurite", asked: null, last: null, preferred: Taken - 1, count: 3);

        Assert.DoesNotContain(Taken, Enumerable.Range(first, 3));
    }

    public void Dispose() => other.Dispose();
}
