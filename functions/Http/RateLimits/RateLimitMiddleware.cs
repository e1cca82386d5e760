using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace NxLoy.Functions.Http.RateLimits;

/// <summary>
/// Answers 429 to a caller that asks more often than the settings allow. A caller is a token's subject at a business, and
/// an address where no token is asked for. Without limits in the settings it does nothing.
/// </summary>
internal sealed class RateLimitMiddleware(IEnumerable<IRateLimits> configured, Endpoints endpoints) : IFunctionsWorkerMiddleware
{
    private readonly IRateLimits? limits = configured.SingleOrDefault();

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (limits is null
            || context.GetHttpContext() is not { } http
            || endpoints.Find(context.FunctionDefinition.Name) is { Operation.IsNeverLimited: true }
            || await limits.TakeAsync(CallerOf(http)) is not { } wait)
        {
            await next(context);
            return;
        }

        Telemetry.RefusedRequests.Add(1);
        var seconds = (int)Math.Max(1, Math.Ceiling(wait.TotalSeconds));
        context.GetInvocationResult().Value = (HttpProblems.TooManyRequests with { RetryAfterSeconds = seconds }).ToHttp();
    }

    private static string CallerOf(HttpContext http) =>
        http.Features.Get<Caller>() is { } caller ? $"{caller.Business} {caller.Subject}"
            : (http.Connection.RemoteIpAddress ?? IPAddress.None).ToString();
}
