using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace NxLoy.Functions.Http;

/// <summary>
/// Refuses query parameters to functions that take none: a filter that is silently ignored answers the wrong question.
/// Functions with a query in their <see cref="OperationAttribute"/> read theirs by <see cref="Query"/>, which names every fault at once.
/// </summary>
public sealed class QueryMiddleware(Endpoints endpoints) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http
            || endpoints.Find(context.FunctionDefinition.Name) is not { Operation: { Query: null } }
            || http.Request.Query.Count == 0)
        {
            return next(context);
        }

        context.GetInvocationResult().Value = Problem.Invalid([.. http.Request.Query.Keys.Select(Query.Unknown)]).ToHttp();
        return Task.CompletedTask;
    }
}
