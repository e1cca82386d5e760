using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Postgres;
using NxLoy.Functions.LocalStack.Running;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>A PostgreSQL of the benchmarks' own, as durable as in production, kept between runs with its millions of rows.</summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    // fsync, synchronous_commit and full_page_writes are on, as they are unless somebody turns them off.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["max_connections"] = "800",
        ["shared_buffers"] = "2GB",
        ["effective_cache_size"] = "8GB",
        ["max_wal_size"] = "8GB",
        ["random_page_cost"] = "1.1",
        ["jit"] = "off",

        // When others could see a change is asked afterwards, so that asking is no load of its own.
        ["track_commit_timestamp"] = "on",
    };

    private readonly PostgresCluster cluster;
    private readonly FileStream turn;

    private BenchPostgres(PostgresCluster cluster, FileStream turn, Secrets secrets, int port) =>
        (this.cluster, this.turn, Secrets, Port) = (cluster, turn, secrets, port);

    public Secrets Secrets { get; }

    public int Port { get; }

    /// <summary>Of all its processes.</summary>
    public double CpuMicroseconds => CpuTime.Of(cluster.Running!.Pid, withChildren: true);

    /// <summary>What it is set to, for the report.</summary>
    public static string Described => string.Join(", ", Settings.Select(setting => $"{setting.Key} {setting.Value}"));

    /// <summary>As superuser.</summary>
    public string Superuser(string database) => $"{cluster.ConnectionString(Port)};Database={database};Pooling=false;Command Timeout=1800";

    public static async Task<BenchPostgres> StartAsync(Checkout checkout, Narrator narrator, CancellationToken cancellation)
    {
        await NodePackages.Emulators(checkout, narrator).EnsureAsync(cancellation);
        var folder = Path.Combine(checkout.Data, "bench-postgres");
        var turn = await ExclusiveLock.TakeAsync(
            Path.Combine(checkout.Data, "bench.lock"), () => narrator.Say("Another ./bench runs: waiting for it."), cancellation);
        var programs = new PostgresPrograms(checkout);
        var account = await PostgresAccount.FindAsync(programs, cancellation);
        var secrets = Secrets.Of(checkout, narrator);
        var cluster = new PostgresCluster(programs, account, folder, secrets.SuperuserPassword, Settings, narrator);
        var port = await PortChoice.StartAsync(
            "PostgreSQL", asked: null, last: null, Ports.AnyFree(), count: 1, p => cluster.StartAsync(p, cancellation));
        return new BenchPostgres(cluster, turn, secrets, port);
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.StopAsync();
        await turn.DisposeAsync();
    }
}
