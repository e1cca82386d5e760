using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>10,000 open connections, each of which has a request in flight.</summary>
internal static class ManyConnections
{
    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section("10,000 open connections, all of them asking for profiles at the same time; a client gives up after 30 seconds.");
        var site = await bench.SiteAsync(Bench.Many);
        var asks = site.Ids.Select((id, n) => Ask.Get($"/api/v1/customers/{id}", site.TokenOf(n))).ToList();
        var bareAsks = site.Ids.Select(id => Ask.Get($"/customers/{id}")).ToList();
        await site.ProveAsync(asks[0]);
        site.App.ForgetPeak();
        var app = await Wrk.RunAsync(site.App.Address, asks, 10_000, 4 * bench.Seconds);
        var memory = site.App.Peak;
        var bare = await Wrk.RunAsync(site.Bare.Address, bareAsks, 10_000, 2 * bench.Seconds);
        section.Add("app", site.Customers, 10_000, app, memory);
        section.Add("bare API", site.Customers, 10_000, bare);
        section.GoalsOfAll(app, memory);
        section.Goal("app under 400 MB resident after its start, before any request", $"{site.IdleMemory:n0} MB", site.IdleMemory < 400);
        return section;
    }
}
