using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>GET of one customer's profile.</summary>
internal static class Profile
{
    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section("`GET /api/v1/customers/{id}` of 10,000 customers in turn, by 100 callers: the token is checked, the audit row committed before the answer leaves.");
        foreach (var customers in new[] { Bench.Few, Bench.Many })
        {
            var site = await bench.SiteAsync(customers);
            var asks = site.Ids.Select((id, n) => Ask.Get($"/api/v1/customers/{id}", site.TokenOf(n))).ToList();
            foreach (var connections in new[] { 64, 1000 })
            {
                var (app, bare, memory) = await bench.CompareAsync(site, asks, connections, rounds: 3);
                section.Add("app", customers, connections, app, memory);
                section.Add("bare API", customers, connections, bare);
                if (connections == 64)
                {
                    var scripts = await SentStatements.ScriptsAsync(site, site.Ids.Take(20).Select(id => $"/api/v1/customers/{id}"));
                    section.Add("pgbench", customers, connections, await Pgbench.RunAsync(site.AppDatabase, scripts, 64, bench.Seconds));
                }

                section.Goal(
                    $"at {connections:n0} connections and {customers:n0} customers, at least half of the bare API's throughput",
                    $"{app.PerSecond / bare.PerSecond:p0}", app.PerSecond >= bare.PerSecond / 2);
                if (connections == 1000)
                    section.Goal($"p95 at most twice the bare API's, the same", $"{app.P95 / bare.P95:n2} times", app.P95 <= 2 * bare.P95);
                section.GoalsOfAll(app, memory);
            }
        }

        return section;
    }
}
