using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>GET of a page of customers: the first one, and one from the middle of the list.</summary>
internal static class Lists
{
    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section("`GET /api/v1/customers`, newest first, 50 customers a page: the first page, and by a cursor the page in the middle of the list. An audit row names every customer shown.");
        foreach (var customers in new[] { Bench.Few, Bench.Many })
        {
            var site = await bench.SiteAsync(customers);
            var first = Enumerable.Range(0, 100).Select(n => Ask.Get("/api/v1/customers", site.TokenOf(n))).ToList();
            var deep = (await site.DeepCursorsAsync()).Select(at => Ask.Get($"/api/v1/customers?cursor={at.Cursor}", at.Token)).ToList();
            foreach (var connections in new[] { 64, 1000 })
                foreach (var (name, asks) in new[] { ("first page", first), ("page in the middle", deep) })
                {
                    var (app, bare, memory) = await bench.CompareAsync(site, asks, connections);
                    section.Add($"app, {name}", customers, connections, app, memory);
                    section.Add("bare API, one profile", customers, connections, bare);
                    section.GoalsOfAll(app, memory);
                }

            var scripts = await SentStatements.ScriptsAsync(site, ["/api/v1/customers?limit=50"]);
            section.Add("pgbench, first page", customers, 64, await Pgbench.RunAsync(site.AppDatabase, scripts, 64, bench.Seconds));
        }

        return section;
    }
}
