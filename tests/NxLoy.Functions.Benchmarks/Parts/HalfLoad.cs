using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>How long requests take when they come at half the rate that the app can stand.</summary>
internal static class HalfLoad
{
    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            "An open loop: requests come at a fixed rate, half of what the app reached at 64 connections just before, whether the ones before are answered or not. "
            + "A request's time counts from the moment it was to be sent, so that no queue is hidden. The generator is a .NET program on the same cores.");
        var site = await bench.SiteAsync(Bench.Many);
        foreach (var (name, asks) in new (string, List<Ask>)[]
        {
            ("profile", [.. site.Ids.Select((id, n) => Ask.Get($"/api/v1/customers/{id}", site.TokenOf(n)))]),
            ("list", [.. Enumerable.Range(0, 100).Select(n => Ask.Get("/api/v1/customers", site.TokenOf(n)))]),
            ("search", [.. Enumerable.Range(0, 100).Select(n => Ask.Get("/api/v1/customers?search=quintanilha", site.TokenOf(n)))]),
        })
        {
            await site.ProveAsync(asks[0]);
            await bench.WarmAsync(site, asks, 64);
            var most = await Wrk.RunAsync(site.App.Address, asks, 64, bench.Seconds);
            site.App.ForgetPeak();
            var half = await OpenLoop.RunAsync(site.App.Address, asks, most.PerSecond / 2, 2 * bench.Seconds);
            var memory = site.App.Peak;
            section.Add($"{name}, at most", site.Customers, 64, most);
            section.Add($"{name}, at half of that", site.Customers, null, half, memory);
            section.Goal($"{name}: p95 under 100 ms at half of our maximum", $"{Section.Ms(half.P95)} ms", half.P95 < 100);
            section.GoalsOfAll(half, memory);
        }

        return section;
    }
}
