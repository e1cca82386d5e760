using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Http;

/// <summary>Serves one HTTP function: key, pipeline, result.</summary>
internal sealed class HttpFunction(Function function, FunctionPipeline pipeline, string masterKey, SemaphoreSlim? turns, ILogger<HttpFunction> log)
{
    /// <summary>The item of the function context that holds the HttpContext; the official package uses this name too.</summary>
    public const string HttpContextItem = "HttpRequestContext";

    private readonly bool needsKey = function.Http!.LevelInForce != AuthorizationLevel.Anonymous;

    public Task InvokeAsync(HttpContext http)
    {
        if (!needsKey || MasterKey.IsShown(http.Request, masterKey))
            return turns is null ? RunAsync(http) : RunInTurnAsync(turns, http);
        MasterKey.Demand(http.Response);
        return Task.CompletedTask;
    }

    // Waiting here costs next to nothing; waiting further in, each with what it has begun, costs memory and time.
    private async Task RunInTurnAsync(SemaphoreSlim turns, HttpContext http)
    {
        try
        {
            await turns.WaitAsync(http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return; // The client has gone.
        }

        try
        {
            await RunAsync(http);
        }
        finally
        {
            turns.Release();
        }
    }

    private async Task RunAsync(HttpContext http)
    {
        using var invocation = pipeline.ForRequest(function, http);
        try
        {
            await pipeline.RunAsync(invocation);
            await (invocation.Result switch
            {
                IActionResult result => result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor())),
                IResult result => result.ExecuteAsync(http),
                // A plain object is not an answer: the real host gives 200 without a body.
                _ => Task.CompletedTask,
            });
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            log.CallerGone(function.Name, invocation.InvocationId);
        }
#pragma warning disable CA1031 // Whatever a function throws is a 500 with an empty body
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.FunctionFailed(exception, function.Name, invocation.InvocationId);
            Fail(http);
        }
    }

    private static void Fail(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }
}
