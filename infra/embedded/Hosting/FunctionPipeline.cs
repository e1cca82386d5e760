using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Durable;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>The app's middlewares in order of registration, the function itself innermost.</summary>
internal sealed class FunctionPipeline
{
    private readonly FunctionExecutionDelegate first;
    private readonly TimeSpan? timeLimit;
    private readonly ILogger log;

    public FunctionPipeline(IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middlewares, RuntimeOptions options, ILogger<FunctionPipeline> log)
    {
        this.log = log;
        timeLimit = options.FunctionTimeout;
        first = middlewares.Reverse().Aggregate<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>, FunctionExecutionDelegate>(
            context => ((Invocation)context).Function.ExecuteAsync((Invocation)context), (next, middleware) => middleware(next));
    }

    /// <summary>Starts one function for one request. The caller runs and disposes it.</summary>
    public Invocation ForRequest(Function function, HttpContext http) =>
        new(function, http.RequestServices, http, timeLimit, http.RequestAborted);

    /// <summary>Starts an orchestrator for one step. It has no time limit: it must not wait for anything that could take time.</summary>
    public static Invocation ForOrchestrator(Function function, OrchestrationContext context, IServiceProvider scope) =>
        new(function, scope, context, null, CancellationToken.None);

    public Task RunAsync(Invocation invocation) => first(invocation);

    /// <summary>Runs a function that no request started, in a scope of its own; what it throws is logged and thrown on.</summary>
    /// <returns>What the function returned.</returns>
    public async Task<object?> RunAsync(Function function, object triggerValue, IServiceProvider root, CancellationToken cancellationToken)
    {
        await using var scope = root.CreateAsyncScope();
        using var invocation = new Invocation(function, scope.ServiceProvider, triggerValue, timeLimit, cancellationToken);
        try
        {
            await first(invocation);
            return invocation.Result;
        }
        catch (Exception exception)
        {
            log.FunctionFailed(exception, function.Name, invocation.InvocationId);
            throw;
        }
    }
}
