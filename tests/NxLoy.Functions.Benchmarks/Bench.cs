using Dapper;
using Npgsql;
using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.Benchmarks;

/// <summary>What the parts of one run share; each piece is started when the first part needs it.</summary>
/// <param name="seconds">How long one measurement takes.</param>
internal sealed class Bench(Checkout checkout, int seconds) : IAsyncDisposable
{
    public const int Few = 100_000;
    public const int Many = 1_000_000;
    private const int WarmUp = 2;

    // All connections send their first request in the same moment. Of a thousand, that wave would be a tenth of what is
    // answered in five seconds, and so the p95 of whichever server answers it last.
    private const int Crowd = 1000;
    private const int CrowdLasts = 4;

    // .NET compiles what is used much for a second and third time.
    private const int Compiled = 15;

    private readonly Narrator narrator = new(Console.Out);
    private readonly Dictionary<int, Site> sites = [];
    private readonly HashSet<Site> warm = [];
    private BenchPostgres? server;
    private TokenAuthority? authority;
    private Task? ending;

    public int Seconds => seconds;

    public double DatabaseCpuMicroseconds => server!.CpuMicroseconds;

    /// <summary>The server's version, once a part needed it.</summary>
    public string? PostgresVersion { get; private set; }

    public async Task<Site> SiteAsync(int customers)
    {
        if (sites.TryGetValue(customers, out var started))
            return started;

        await Wrk.RequireAsync();
        await Pgbench.RequireAsync();
        authority ??= await TokenAuthority.StartAsync();
        return sites[customers] = await Site.StartAsync(await ServerAsync(), authority, customers, checkout, narrator);
    }

    /// <summary>The app with a database and blob storage of its own, for what no load is put on.</summary>
    public async Task<FilingSite> FilingSiteAsync()
    {
        authority ??= await TokenAuthority.StartAsync();
        return await FilingSite.StartAsync(await ServerAsync(), authority, checkout, narrator);
    }

    /// <summary>The app with customers who have bought something.</summary>
    public async Task<TierSite> TierSiteAsync(int customers, int sales, Dictionary<string, string>? settings = null)
    {
        authority ??= await TokenAuthority.StartAsync();
        return await TierSite.StartAsync(await ServerAsync(), authority, customers, sales, settings ?? [], checkout, narrator);
    }

    public async Task<BenchPostgres> ServerAsync()
    {
        if (server is not null)
            return server;
        server = await BenchPostgres.StartAsync(checkout, narrator, CancellationToken.None);
        await using var connection = new NpgsqlConnection(server.Superuser("postgres"));
        PostgresVersion = await connection.ExecuteScalarAsync<string>("show server_version");
        return server;
    }

    /// <summary>The app and the bare API in turns, so that whatever else the machine does meets both.</summary>
    public async Task<(Figures App, Figures Bare, double Memory)> CompareAsync(Site site, IReadOnlyList<Ask> asks, int connections, int rounds = 2)
    {
        await site.ProveAsync(asks[0]);
        await WarmAsync(site, asks, connections);
        var bareAsks = BareAsks(site);
        site.App.ForgetPeak();
        var (app, bare) = (new List<Figures>(), new List<Figures>());
        var lasting = connections < Crowd ? seconds : CrowdLasts * seconds;
        for (var round = 0; round < rounds; round++)
        {
            app.Add(await MeasureAsync(site.App, asks, connections, lasting));
            bare.Add(await MeasureAsync(site.Bare, bareAsks, connections, lasting));
        }

        return (Figures.Of(app), Figures.Of(bare), site.App.Peak);
    }

    /// <summary>So that connections are open, statements prepared and code compiled before anything counts.</summary>
    public async Task WarmAsync(Site site, IReadOnlyList<Ask> asks, int connections)
    {
        var lasting = warm.Add(site) ? Compiled : WarmUp;
        await Wrk.RunAsync(site.App.Address, asks, connections, lasting);
        await Wrk.RunAsync(site.Bare.Address, BareAsks(site), connections, lasting);
    }

    private static List<Ask> BareAsks(Site site) => [.. site.Ids.Select(id => Ask.Get($"/customers/{id}"))];

    /// <summary>One round of wrk, with the processor time that it cost.</summary>
    public async Task<Figures> MeasureAsync(ServerProcess process, IReadOnlyList<Ask> asks, int connections, int lasting)
    {
        var (ofServer, ofPostgres) = (process.CpuMicroseconds, server!.CpuMicroseconds);
        var figures = await Wrk.RunAsync(process.Address, asks, connections, lasting);
        var requests = figures.PerSecond * lasting;
        return figures with
        {
            ServerCpu = (process.CpuMicroseconds - ofServer) / requests,
            PostgresCpu = (server.CpuMicroseconds - ofPostgres) / requests,
        };
    }

    /// <summary>Ends all that was started, once: also when Ctrl-C comes first and the end of the run after it.</summary>
    public async ValueTask DisposeAsync()
    {
        Task mine;
        lock (sites)
            mine = ending ??= EndAsync();
        await mine;
    }

    private async Task EndAsync()
    {
        foreach (var site in sites.Values)
            await site.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        if (authority is not null)
            await authority.DisposeAsync();
    }
}
