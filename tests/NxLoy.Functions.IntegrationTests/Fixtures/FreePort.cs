using System.Net;
using System.Net.Sockets;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>A port for a server that cannot choose one by itself.</summary>
internal static class FreePort
{
    // Below those that systems hand out by themselves: between the choice and its use no connection takes it.
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    public static int Choose()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(Lowest, Highest));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                // Taken: the next.
            }
        }
    }
}
