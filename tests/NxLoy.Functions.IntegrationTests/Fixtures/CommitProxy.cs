using System.Net.Sockets;
using Npgsql;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>
/// Stands between an app and its PostgreSQL and counts the moments at which a crash could leave something half done
/// (<see cref="Moments"/>). At the n-th of them it acts, before the server or the app hears of it, and hangs up.
/// </summary>
internal sealed class CommitProxy : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly TcpProxy proxy;
    private readonly Lock gate = new();
    private Action? act;
    private int left;

    public CommitProxy(string connectionString)
    {
        server = new NpgsqlConnectionStringBuilder(connectionString);
        proxy = new TcpProxy(server.Host!, server.Port, PassAsync);
    }

    public Moments Counts { get; init; } = Moments.AroundCommits;

    /// <summary>What the app is given in place of the server's own.</summary>
    public string ConnectionString => Of(Server);

    /// <summary>The way past the proxy.</summary>
    public string Server => server.ConnectionString;

    /// <summary>Another way to the same server, led through here.</summary>
    public string Of(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Host = "127.0.0.1", Port = proxy.Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Leads the ways that the settings name through here.</summary>
    public void Lead(Dictionary<string, string?> settings, params string[] names)
    {
        foreach (var name in names)
            settings[name] = Of(settings[name]!);
    }

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
    public void Refuse() => proxy.Refuse();

    public void Allow() => proxy.Allow();

    public ValueTask DisposeAsync() => proxy.DisposeAsync();

    private async Task PassAsync(NetworkStream app, NetworkStream database, CancellationToken closing)
    {
        var session = new PostgresSession(app, database, Counts, isMoment: Count);
        await Task.WhenAny(session.UpAsync(closing), session.DownAsync(closing));
    }

    private bool Count()
    {
        lock (gate)
        {
            if (act is null || --left > 0)
                return false;
            act();
            act = null;
            return true;
        }
    }
}
