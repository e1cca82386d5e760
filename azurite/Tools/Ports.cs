using System.Net;
using System.Net.Sockets;

namespace NxLoy.Functions.LocalStack.Tools;

/// <summary>Ports on the loopback address.</summary>
internal static class Ports
{
    /// <summary>Some port that nobody listens on.</summary>
    public static int AnyFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The first of <paramref name="count"/> free ports in a row, at or a little above the preferred one; else any.</summary>
    public static int FreeNear(int preferred, int count = 1)
    {
        for (var port = preferred; port < preferred + 50; port += count)
            if (Enumerable.Range(port, count).All(IsFree))
                return port;

        return AnyFree();
    }

    /// <summary>
    /// Nobody answers there and it can be bound. Both are asked, since on Windows and macOS a loopback port can be bound
    /// although another process listens on all addresses.
    /// </summary>
    public static bool IsFree(int port) => !Answers(port) && CanBind(port);

    public static bool Answers(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool CanBind(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
