using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>Everything the host answers to: the app's functions, the admin surface, the landing page.</summary>
internal static class HostEndpoints
{
    public static void MapFunctionsHost(this WebApplication app)
    {
        // Routing answers a known path with the wrong method by an endpoint of its own (405); the Functions host says 404.
        app.UseRouting();
        app.Use(next => http =>
        {
            if (http.GetEndpoint() is RouteEndpoint)
                return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });

        app.MapGet("/", LandingPage.Show);
        app.MapAdmin();
        app.MapDurable();
        var turns = app.Services.GetRequiredService<RuntimeOptions>().MaxConcurrentRequests is { } most ? new SemaphoreSlim(most, most) : null;
        foreach (var function in app.Services.GetRequiredService<FunctionTable>())
        {
            if (function is { Http: not null, IsDisabled: false })
                app.MapFunction(function, turns);
        }
    }

    private static void MapFunction(this WebApplication app, Function function, SemaphoreSlim? turns)
    {
        var options = app.Services.GetRequiredService<RuntimeOptions>();
        var endpoint = new HttpFunction(
            function, app.Services.GetRequiredService<FunctionPipeline>(), options.MasterKey, turns,
            app.Services.GetRequiredService<ILogger<HttpFunction>>());
        var route = Route(function, options.RoutePrefix);
        if (function.Http!.Methods is { Length: > 0 } methods)
            app.MapMethods(route, methods, endpoint.InvokeAsync);
        else
            app.Map(route, endpoint.InvokeAsync);
    }

    /// <summary>Prefix and route; a function without a route goes by its name.</summary>
    public static string Route(Function function, string prefix)
    {
        var route = function.Http!.Route is { Length: > 0 } own ? own.TrimStart('/') : function.Name;
        return prefix.Length == 0 ? $"/{route}" : $"/{prefix}/{route}";
    }
}
