using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>
/// Stands between an app and its PostgreSQL and counts the moments at which a crash could leave something half done: each
/// time a transaction has written and is about to go on, and each time one has committed and the app does not know yet.
/// At the n-th of them it acts, before the app hears of it.
/// </summary>
/// <remarks>Reads the server's messages by the frontend/backend protocol: CommandComplete and ReadyForQuery.</remarks>
internal sealed class CommitProxy : IAsyncDisposable
{
    private static readonly string[] Writes = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"];

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private volatile bool refuses;
    private Action? act;
    private int left;

    public CommitProxy(string connectionString)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>What the app is given in place of the server's own.</summary>
    public string ConnectionString => Of(server.ConnectionString);

    /// <summary>Another way to the same server, led through here.</summary>
    public string Of(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Whether the moment of the last <see cref="Arm"/> is still to come.</summary>
    public bool IsArmed
    {
        get
        {
            lock (gate)
                return act is not null;
        }
    }

    /// <summary>Acts at the n-th moment from now, counted from 1.</summary>
    public void Arm(int n, Action action)
    {
        lock (gate)
            (left, act) = (n, action);
    }

    public void Disarm() => Arm(0, null!);

    /// <summary>Hangs up, and goes on doing so with whoever calls, as if the server were gone.</summary>
    public void Refuse()
    {
        refuses = true;
        foreach (var app in open.Keys)
            app.Dispose();
    }

    public void Allow() => refuses = false;

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Dispose();
        closing.Dispose();
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

    private async Task ServeAsync(TcpClient app)
    {
        try
        {
            using (app)
            using (var database = new TcpClient())
            {
                open[app] = true;
                if (refuses)
                    return;
                app.NoDelay = database.NoDelay = true;
                await database.ConnectAsync(server.Host!, server.Port, closing.Token);
                var up = app.GetStream().CopyToAsync(database.GetStream(), closing.Token);
                await Task.WhenAny(up, DownAsync(database.GetStream(), app.GetStream()));
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            open.TryRemove(app, out _);
        }
    }

    private async Task DownAsync(NetworkStream database, NetworkStream app)
    {
        var header = new byte[5];
        var hasWritten = false;
        while (true)
        {
            await database.ReadExactlyAsync(header, closing.Token);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
            await database.ReadExactlyAsync(body, closing.Token);
            if (header[0] == 'C' && IsWrite(Encoding.ASCII.GetString(body).TrimEnd('\0')))
                hasWritten = true;
            if (header[0] == 'Z' && hasWritten)
            {
                Count();
                hasWritten = body[0] != 'I';
            }

            await app.WriteAsync((byte[])[.. header, .. body], closing.Token);
        }
    }

    private static bool IsWrite(string tag) => Array.Exists(Writes, write => tag.StartsWith(write, StringComparison.Ordinal)) && !tag.EndsWith(" 0", StringComparison.Ordinal);

    private void Count()
    {
        lock (gate)
        {
            if (act is null || --left > 0)
                return;
            act();
            act = null;
        }
    }
}
