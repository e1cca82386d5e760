using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>
/// One connection that asks and waits, with next to no work of its own: HttpClient would need the cores that the server is
/// measured on.
/// </summary>
internal sealed class RawClient(Uri server) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[] buffer = new byte[4096];
    private Socket? socket;

    /// <returns>Whether the answer came within 30 seconds and was a success. The connection stays open for the next.</returns>
    public async Task<bool> AskAsync(Ask ask, int number)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            socket ??= await ConnectAsync(patience.Token);
            await socket.SendAsync(Bytes(ask, number), patience.Token);
            return await ReadAsync(socket, buffer, patience.Token);
        }
        catch (Exception failed) when (failed is SocketException or OperationCanceledException or IOException)
        {
            Dispose();
            return false;
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellation);
        return socket;
    }

    private byte[] Bytes(Ask ask, int number)
    {
        var body = ask.Body.Replace("{n}", $"{Environment.ProcessId}-open-{Environment.TickCount64}-{number}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(
            $"{ask.Method} {ask.Path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: {ask.Authorization}\r\n"
            + (body.Length == 0 ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
    }

    // Both servers send every answer with its length.
    private static async Task<bool> ReadAsync(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        int read = 0, end;
        while ((end = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8)) < 0)
            read += await ReceiveAsync(socket, buffer.AsMemory(read), cancellation);

        var head = Encoding.ASCII.GetString(buffer, 0, end);
        const string Length = "\r\nContent-Length: ";
        var from = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? at + Length.Length : throw new IOException("The answer has no length.");
        var until = head.IndexOf("\r\n", from, StringComparison.Ordinal);
        for (var left = int.Parse(until < 0 ? head[from..] : head[from..until], CultureInfo.InvariantCulture) - (read - end - 4); left > 0;)
            left -= await ReceiveAsync(socket, buffer, cancellation);

        return head["HTTP/1.1 ".Length] is '2' or '3';
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation) =>
        await socket.ReceiveAsync(buffer, cancellation) is var count and > 0 ? count : throw new IOException("The server closed the connection.");
}
