using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>Stands between an app and a server on this machine, and lets a test take the server away.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private readonly int server;
    private volatile bool refuses;
    private volatile TaskCompletionSource passes = Passing();

    public TcpProxy(int server)
    {
        this.server = server;
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
                await target.ConnectAsync(IPAddress.Loopback, server, closing.Token);
                await Task.WhenAny(client.GetStream().CopyToAsync(target.GetStream(), closing.Token), DownAsync(target.GetStream(), client.GetStream()));
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

    private async Task DownAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[16_384];
        while (await from.ReadAsync(buffer, closing.Token) is > 0 and var read)
        {
            await passes.Task.WaitAsync(closing.Token);
            await to.WriteAsync(buffer.AsMemory(0, read), closing.Token);
        }
    }
}
