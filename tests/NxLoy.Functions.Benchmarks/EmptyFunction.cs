using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Embedded;

namespace NxLoy.Functions.Benchmarks;

/// <summary>
/// What the embedded runtime costs: an empty function beside a bare minimal API, same payload, same process, in turns so
/// that whatever else the machine does meets both. Fails under 70 %.
/// </summary>
internal static class EmptyFunction
{
    private const double AtLeast = 0.70;
    private const int Rounds = 3;
    private const string Payload = "{\"status\":\"ok\"}";

    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args is [var given] ? Math.Clamp(int.Parse(given, CultureInfo.InvariantCulture), 1, 10) : 5;
        await using var bare = await StartBareAsync();
        await using var host = await FunctionsTestHost.StartAsync(
            async entry =>
            {
                var builder = FunctionsApplication.CreateBuilder(entry);
                builder.ConfigureFunctionsWebApplication();
                await builder.Build().RunAsync();
            },
            [typeof(Empty)]);
        var addresses = (Bare: new Uri($"{bare.Urls.First()}/api/empty"), Function: new Uri(host.BaseAddress, "api/empty"));

        await Wrk.RunAsync(addresses.Bare, 2);
        await Wrk.RunAsync(addresses.Function, 2);
        var (bareTotal, functionTotal) = (0.0, 0.0);
        for (var round = 1; round <= Rounds; round++)
        {
            var (ofBare, ofFunction) = (await Wrk.RunAsync(addresses.Bare, seconds), await Wrk.RunAsync(addresses.Function, seconds));
            Console.WriteLine($"round {round}: bare {ofBare,9:n0}/s   function {ofFunction,9:n0}/s   {ofFunction / ofBare:p1}");
            (bareTotal, functionTotal) = (bareTotal + ofBare, functionTotal + ofFunction);
        }

        var ratio = functionTotal / bareTotal;
        Console.WriteLine($"An empty function reaches {ratio:p1} of a bare minimal API (at least {AtLeast:p0} is asked).");
        return ratio >= AtLeast ? 0 : 1;
    }

    private static async Task<WebApplication> StartBareAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.MapGet("/api/empty", () => Results.Text(Payload, "application/json"));
        await app.StartAsync();
        return app;
    }

    internal sealed class Empty
    {
        [Function("Empty")]
        public static IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) =>
            Results.Text(Payload, "application/json");
    }
}
