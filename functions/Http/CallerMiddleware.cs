using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace NxLoy.Functions.Http;

/// <summary>Lets nobody through to a function with <see cref="AllowAttribute"/> but a caller whose token gives the role.</summary>
public sealed class CallerMiddleware(Tokens tokens, Endpoints endpoints) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // Timers, messages and orchestrators have no HTTP request and no caller.
        if (context.GetHttpContext() is not { } http || endpoints.Find(context.FunctionDefinition.Name) is not { Roles: not Role.None } endpoint)
        {
            await next(context);
            return;
        }

        var caller = await CallerOf(http.Request, endpoint.Roles);
        if (caller.Failed(out var problem))
        {
            if (problem.Status == StatusCodes.Status401Unauthorized)
            {
                http.Response.Headers.WWWAuthenticate = "Bearer";
            }

            context.GetInvocationResult().Value = problem.ToHttp();
            return;
        }

        http.Features.Set(caller.Value);
        await next(context);
    }

    private async Task<Result<Caller>> CallerOf(HttpRequest request, Role allowed)
    {
        var token = await tokens.ReadAsync(request.Headers.Authorization, request.HttpContext.RequestAborted);
        if (token.Failed(out var refused))
        {
            return refused;
        }

        var (subject, roles, businesses) = token.Value;
        var business = BusinessOf(request, businesses);
        return business.Failed(out var unclear) ? unclear
            : (roles & allowed) == 0 ? CallerProblems.WrongRole
            : new Caller(subject, roles & allowed, business.Value, businesses);
    }

    private static Result<Guid> BusinessOf(HttpRequest request, IReadOnlyList<Guid> businesses)
    {
        if (!request.Headers.TryGetValue(Caller.BusinessHeader, out var header))
        {
            return businesses is [var only] ? only : CallerProblems.BusinessNotChosen;
        }

        // A business the token does not name does not exist for this caller.
        return Guid.TryParse(header, out var chosen) && businesses.Contains(chosen) ? chosen : HttpProblems.NotFound;
    }
}
