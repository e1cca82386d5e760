using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Stands between an app and a server, and lets a test take the server away.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private readonly ConcurrentDictionary<Socket, bool> mute = new();
    private readonly (string Host, int Port) server;
    private readonly Func<NetworkStream, NetworkStream, CancellationToken, Task> pass;
    private volatile bool refuses;
    private volatile TaskCompletionSource passes = Passing();
    private long left = long.MaxValue;

    /// <param name="port">Of a server on this machine.</param>
    public TcpProxy(int port) : this("127.0.0.1", port, pass: null)
    {
    }

    /// <param name="pass">Hands on what client and server say, until one of them is to be hung up on; null to hand on everything.</param>
    public TcpProxy(string host, int port, Func<NetworkStream, NetworkStream, CancellationToken, Task>? pass)
    {
        (server, this.pass) = ((host, port), pass ?? PassAsync);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Hangs up, and goes on doing so with whoever calls, as if the server were gone.</summary>
    public void Refuse()
    {
        refuses = true;
        foreach (var client in open.Keys)
            client.Dispose();
    }

    public void Allow() => refuses = false;

    /// <summary>From now on nothing that the server says arrives, until <see cref="Thaw"/>.</summary>
    public void Freeze() => passes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Thaw() => passes.TrySetResult();

    /// <summary>Nothing that the server says arrives any more over what is open now; nobody hangs up, and new connections are as ever.</summary>
    public void Mute()
    {
        foreach (var client in open.Keys)
            mute[client.Client] = true;
    }

    /// <summary>Hangs up once the server has said so many bytes more; new connections are as ever.</summary>
    public void HangUpAfter(int bytes) => Interlocked.Exchange(ref left, bytes);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Dispose();
        closing.Dispose();
    }

    private static TaskCompletionSource Passing()
    {
        var passing = new TaskCompletionSource();
        passing.SetResult();
        return passing;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await listener.AcceptTcpClientAsync(closing.Token));
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var target = new TcpClient())
            {
                open[client] = true;
                if (refuses)
                    return;
                client.NoDelay = target.NoDelay = true;
                await target.ConnectAsync(server.Host, server.Port, closing.Token);
                await pass(client.GetStream(), target.GetStream(), closing.Token);
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            open.TryRemove(client, out _);
        }
    }

    private async Task PassAsync(NetworkStream client, NetworkStream target, CancellationToken cancellation) =>
        await Task.WhenAny(client.CopyToAsync(target, cancellation), DownAsync(target, client, cancellation));

    private async Task DownAsync(NetworkStream from, NetworkStream to, CancellationToken cancellation)
    {
        var buffer = new byte[16_384];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            await passes.Task.WaitAsync(cancellation);
            if (mute.ContainsKey(to.Socket))
                continue;
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            if (Interlocked.Add(ref left, -read) > 0)
                continue;
            Interlocked.Exchange(ref left, long.MaxValue);
            return;
        }
    }
}
