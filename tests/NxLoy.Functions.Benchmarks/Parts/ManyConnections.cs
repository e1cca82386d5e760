using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>10,000 open connections, each of which has a request in flight.</summary>
internal static class ManyConnections
{
    private const int Connections = 10_000;
    private const int Times = 5;

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            $"10,000 connections open at the same time, each asking for {Times} profiles, one after the other; a client gives up after 30 seconds. "
            + "Every request of every connection is counted, by a client of our own: wrk does not miss a connection that is never served.");
        var site = await bench.SiteAsync(Bench.Many);
        var asks = site.Ids.Select((id, n) => Ask.Get($"/api/v1/customers/{id}", site.TokenOf(n))).ToList();
        var bareAsks = site.Ids.Select(id => Ask.Get($"/customers/{id}")).ToList();
        await site.ProveAsync(asks[0]);
        await bench.WarmAsync(site, asks, 64);
        site.App.ForgetPeak();
        var app = await Crowd.RunAsync(site.App.Address, asks, Connections, Times);
        var memory = site.App.Peak;
        var bare = await Crowd.RunAsync(site.Bare.Address, bareAsks, Connections, Times);
        section.Add("app", site.Customers, Connections, app, memory);
        section.Add("bare API", site.Customers, Connections, bare);
        section.GoalsOfAll(app, memory);
        section.Goal("app under 400 MB resident after its start, before any request", $"{site.IdleMemory:n0} MB", site.IdleMemory < 400);
        return section;
    }
}
