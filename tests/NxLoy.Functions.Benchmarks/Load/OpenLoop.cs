using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace NxLoy.Functions.Benchmarks.Load;

/// <summary>
/// An open loop: requests come at a fixed rate, whether the ones before have been answered or not, as from people who know
/// nothing of each other. A request's time counts from the moment it was to be sent, so that a server that stalls cannot
/// hide the queue behind it (coordinated omission). When all connections are busy requests wait, and their time runs.
/// </summary>
internal static class OpenLoop
{
    private const int Connections = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<Figures> RunAsync(Uri server, IReadOnlyList<Ask> asks, double perSecond, int seconds)
    {
        var due = Channel.CreateUnbounded<(long At, int Number)>(new() { SingleWriter = true });
        var connections = Enumerable.Range(0, Connections).Select(_ => Task.Run(() => AnswerAsync(server, asks, due.Reader))).ToList();
        var count = (int)(perSecond * seconds);
        var schedule = new Thread(() => Schedule(due.Writer, perSecond, count)) { Priority = ThreadPriority.Highest };
        schedule.Start();

        var all = (await Task.WhenAll(connections)).SelectMany(one => one).ToList();
        var times = all.Where(one => one.Ok).Select(one => one.Milliseconds).Order().ToList();
        return times.Count == 0
            ? new Figures(0, 0, 0, 0, 0, all.Count)
            : new Figures(times.Count / (double)seconds, At(times, 0.50), At(times, 0.95), At(times, 0.99), times[^1], all.Count - times.Count);
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];

    private static void Schedule(ChannelWriter<(long, int)> due, double perSecond, int count)
    {
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < count; Thread.Sleep(1))
            for (long at; sent < count && (at = start + (long)(sent / perSecond * Stopwatch.Frequency)) <= Stopwatch.GetTimestamp(); sent++)
                due.TryWrite((at, sent));

        due.Complete();
    }

    private static async Task<List<(double Milliseconds, bool Ok)>> AnswerAsync(Uri server, IReadOnlyList<Ask> asks, ChannelReader<(long At, int Number)> due)
    {
        var answers = new List<(double, bool)>();
        var buffer = new byte[64 * 1024];
        Socket? socket = null;
        await foreach (var (at, number) in due.ReadAllAsync())
        {
            var ok = false;
            try
            {
                using var patience = new CancellationTokenSource(Patience);
                socket ??= await ConnectAsync(server, patience.Token);
                await socket.SendAsync(Bytes(server, asks[number % asks.Count], number), patience.Token);
                ok = await ReadAsync(socket, buffer, patience.Token);
            }
            catch (Exception failed) when (failed is SocketException or OperationCanceledException or IOException)
            {
                socket?.Dispose();
                socket = null;
            }

            answers.Add((Stopwatch.GetElapsedTime(at).TotalMilliseconds, ok));
        }

        socket?.Dispose();
        return answers;
    }

    private static async Task<Socket> ConnectAsync(Uri server, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, cancellation);
        return socket;
    }

    private static byte[] Bytes(Uri server, Ask ask, int number)
    {
        var body = ask.Body.Replace("{n}", $"{Environment.ProcessId}-open-{Environment.TickCount64}-{number}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(
            $"{ask.Method} {ask.Path} HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: {ask.Authorization}\r\n"
            + (body.Length == 0 ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
    }

    // Every answer of this API has its length; the status is at the same place in all of them.
    private static async Task<bool> ReadAsync(Socket socket, byte[] buffer, CancellationToken cancellation)
    {
        int read = 0, end;
        while ((end = buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8)) < 0)
            read += await ReceiveAsync(socket, buffer.AsMemory(read), cancellation);

        var head = Encoding.ASCII.GetString(buffer, 0, end);
        const string Length = "\r\nContent-Length: ";
        var from = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase) + Length.Length;
        var until = head.IndexOf("\r\n", from, StringComparison.Ordinal);
        for (var left = int.Parse(until < 0 ? head[from..] : head[from..until], System.Globalization.CultureInfo.InvariantCulture) - (read - end - 4); left > 0;)
            left -= await ReceiveAsync(socket, buffer, cancellation);

        return head["HTTP/1.1 ".Length] is '2' or '3';
    }

    private static async Task<int> ReceiveAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation) =>
        await socket.ReceiveAsync(buffer, cancellation) is var count and > 0 ? count : throw new IOException("The server closed the connection.");
}
