using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>Searches for terms that few customers fit, and for terms that very many do.</summary>
internal static class Search
{
    private static readonly (string Name, double Goal, string[] Terms)[] Classes =
    [
        ("few hits", 50, ["zwicky", "quintanilha", "maria quintanilha", "C-12345", "(11) 9007-9190", "+5511900079190", "nobody at all", "maria.silva1@example.org"]),
        ("many hits", 150, ["maria silva", "silva", "mar", "goncalves", "ilva", "arta", "example.com", "9876", "exupery", "ma", "m"]),
    ];

    // As many people as may look somebody up at the same moment in a business that size.
    private const int AtOnce = 4;

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            "`GET /api/v1/customers?search=…`, 50 hits a page, best first: terms with up to a few hundred hits among a million, and terms with up to a million. "
            + $"The goals are for {AtOnce} searches at once, where times are work and not queueing; the other rows show what happens beyond."
            + " What limits those that are missed: at a million customers one search keeps PostgreSQL busy for 5 to 20 ms, most of it in lists of the trigram index "
            + "(those of common trigrams, and of the business itself), and four at once share two cores with the app and the load. "
            + "Tried without gain: larger pools. What helped: statements planned once, the text before the business in the trigram index.");
        foreach (var customers in new[] { Bench.Few, Bench.Many })
        {
            var site = await bench.SiteAsync(customers);
            foreach (var (name, goal, terms) in Classes)
            {
                var asks = Enumerable.Range(0, 100).SelectMany(n => terms.Select(term => Of(site, term, n))).ToList();
                foreach (var connections in new[] { AtOnce, 64, 1000 })
                {
                    var (app, bare, memory) = await bench.CompareAsync(site, asks, connections);
                    section.Add($"app, {name}", customers, connections, app, memory);
                    section.Add("bare API, one profile", customers, connections, bare);
                    section.GoalsOfAll(app, memory);
                }

                var scripts = await SentStatements.ScriptsAsync(site, terms.Select(term => Of(site, term, 0).Path));
                section.Add($"pgbench, {name}", customers, 64, await Pgbench.RunAsync(site.AppDatabase, scripts, 64, bench.Seconds));
                foreach (var term in terms)
                {
                    var one = await Wrk.RunAsync(site.App.Address, [Of(site, term, 0)], AtOnce, bench.Seconds);
                    section.Add($"app, {name}: `{term}`", customers, AtOnce, one);
                    if (customers == Bench.Many)
                        section.Goal($"`{term}`: p95 under {goal} ms", $"{Section.Ms(one.P95)} ms", one.P95 < goal && one.Errors == 0);
                }
            }
        }

        return section;
    }

    private static Ask Of(Site site, string term, int caller) =>
        Ask.Get($"/api/v1/customers?search={Uri.EscapeDataString(term)}", site.TokenOf(caller));
}
