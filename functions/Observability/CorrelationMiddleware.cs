using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Observability;

/// <summary>Outermost: gives an invocation its trace id, for every log line, the audit row and a problem document.</summary>
internal sealed class CorrelationMiddleware(ILogger<CorrelationMiddleware> logger) : IFunctionsWorkerMiddleware
{
    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("TraceId:{TraceId}");

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var traceId = Correlation.Of(context.TraceContext.TraceParent);
        if (context.GetHttpContext() is { } http)
        {
            http.TraceIdentifier = traceId;
        }

        using (Scope(logger, traceId))
        {
            await next(context);
        }
    }
}
