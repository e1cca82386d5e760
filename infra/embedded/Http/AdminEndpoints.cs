using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.Timers;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>The host's own surface under /admin. Every call shows the master key, from this machine too.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this WebApplication app)
    {
        var key = app.Services.GetRequiredService<RuntimeOptions>().MasterKey;
        RequestDelegate WithKey(RequestDelegate endpoint) => MasterKey.Asked(key, endpoint);

        app.MapGet("/admin/host/status", WithKey(Status));
        app.MapGet("/admin/functions", WithKey(Functions));
        app.MapPost("/admin/functions/{name}", WithKey(Invoke));
        if (!app.Environment.IsDevelopment())
            return;
        app.MapGet("/admin/clock", WithKey(ClockEndpoints.Read));
        app.MapPost("/admin/clock", WithKey(ClockEndpoints.Advance));
    }

    private static Task Status(HttpContext http)
    {
        var version = typeof(AdminEndpoints).Assembly.GetName().Version!.ToString(3);
        return http.Response.WriteAsJsonAsync(new
        {
            id = http.RequestServices.GetRequiredService<IHostEnvironment>().ApplicationName,
            state = "Running",
            version,
            versionDetails = $"{version} (embedded)",
            instanceId = $"{Environment.ProcessId}",
            computerName = Environment.MachineName,
            processUptime = (long)(DateTime.Now - Process.GetCurrentProcess().StartTime).TotalMilliseconds,
        });
    }

    private static Task Functions(HttpContext http)
    {
        var options = http.RequestServices.GetRequiredService<RuntimeOptions>();
        var address = $"{http.Request.Scheme}://{http.Request.Host}";
        return http.Response.WriteAsJsonAsync(http.RequestServices.GetRequiredService<FunctionTable>()
            .Select(function => FunctionMetadata.Of(function, address, options.RoutePrefix)));
    }

    /// <summary>Starts a timer function now and does not wait for it.</summary>
    private static async Task Invoke(HttpContext http)
    {
        var name = (string)http.GetRouteValue("name")!;
        var timers = http.RequestServices.GetRequiredService<TimerHost>();
        http.Response.StatusCode = http.RequestServices.GetRequiredService<FunctionTable>().Find(name) is null ? StatusCodes.Status404NotFound
            : !await HasJsonObjectAsync(http.Request) ? StatusCodes.Status400BadRequest
            : timers.Find(name) is not { } timer ? StatusCodes.Status501NotImplemented
            : Start(timers, timer);
    }

    private static int Start(TimerHost timers, TimerListener timer)
    {
        timers.StartNow(timer);
        return StatusCodes.Status202Accepted;
    }

    private static async Task<bool> HasJsonObjectAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
