using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Observability;

/// <summary>
/// A span and a duration for every invocation, as part of the trace that the host passes on. Begun here and not by the
/// host's libraries, so that both runtimes tell the same.
/// </summary>
internal sealed class TelemetryMiddleware(Endpoints endpoints) : IFunctionsWorkerMiddleware
{
    private const int ClientClosedRequest = 499; // what proxies call an answer that nobody waited for

    private static readonly HashSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next) =>
        context.GetHttpContext() is { } http ? RequestAsync(context, http, next)
            : TriggerOf(context) is { } trigger ? InvocationAsync(context, trigger, next)
            : next(context);

    private async Task RequestAsync(FunctionContext context, HttpContext http, FunctionExecutionDelegate next)
    {
        if (!Telemetry.Activities.HasListeners() && !Telemetry.RequestDuration.Enabled)
        {
            await next(context);
            return;
        }

        var startedAt = Stopwatch.GetTimestamp();
        var tags = new TagList
        {
            { "http.request.method", Methods.Contains(http.Request.Method) ? http.Request.Method : "_OTHER" },
            { "http.route", $"/{endpoints.Find(context.FunctionDefinition.Name)?.Route.RawText}" },
            { "url.scheme", http.Request.Scheme == "https" ? "https" : "http" },
        };
        using var activity = Start($"{tags[0].Value} {tags[1].Value}", ActivityKind.Server, context, tags);
        activity?.SetTag("faas.trigger", "http").SetTag("faas.name", context.FunctionDefinition.Name);
        await next(context);

        var status = StatusOf(context, http);
        tags.Add("http.response.status_code", status);
        activity?.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            tags.Add("error.type", status.ToString(CultureInfo.InvariantCulture));
            activity?.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture)).SetStatus(ActivityStatusCode.Error);
        }

        Telemetry.RequestDuration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds, tags);
    }

    private static async Task InvocationAsync(FunctionContext context, string trigger, FunctionExecutionDelegate next)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var tags = new TagList { { "faas.name", context.FunctionDefinition.Name }, { "faas.trigger", trigger } };
        using var activity = Start(context.FunctionDefinition.Name, ActivityKind.Internal, context, tags);
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            // The type alone: a message may repeat what somebody typed.
            tags.Add("error.type", exception.GetType().FullName);
            activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            Telemetry.InvocationDuration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds, tags);
        }
    }

    private static System.Diagnostics.Activity? Start(string name, ActivityKind kind, FunctionContext context, TagList tags)
    {
        ActivityContext.TryParse(context.TraceContext.TraceParent, context.TraceContext.TraceState, isRemote: true, out var parent);
        return Telemetry.Activities.StartActivity(name, kind, parent, tags);
    }

    // The answer is written by the host, after the middlewares.
    private static int StatusOf(FunctionContext context, HttpContext http) => context.GetInvocationResult().Value switch
    {
        IStatusCodeHttpResult { StatusCode: { } status } => status,
        null when http.RequestAborted.IsCancellationRequested => ClientClosedRequest,
        _ => http.Response.StatusCode,
    };

    // Null for what runs again and again by replay: that is no invocation of its own.
    private static string? TriggerOf(FunctionContext context)
    {
        foreach (var binding in context.FunctionDefinition.InputBindings.Values)
        {
            switch (binding.Type)
            {
                case "orchestrationTrigger" or "entityTrigger":
                    return null;
                case "timerTrigger":
                    return "timer";
                case "serviceBusTrigger":
                    return "pubsub";
            }
        }

        return "other";
    }
}
