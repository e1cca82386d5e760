using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace NxLoy.Functions.Http;

/// <summary>Turns what escapes an HTTP function into a problem document; the host's own answer would be empty.</summary>
public sealed partial class ProblemMiddleware(ILogger<ProblemMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http)
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: nobody is left to answer.
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            var problem = ProblemOf(exception);
            if (problem.Status >= StatusCodes.Status500InternalServerError)
            {
                Log.Failed(logger, context.FunctionDefinition.Name, exception);
            }

            context.GetInvocationResult().Value = problem.ToHttp();
        }
    }

    private static Problem ProblemOf(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => HttpProblems.BodyTooLarge,
        BadHttpRequestException => HttpProblems.MalformedJson,
        NpgsqlException { IsTransient: true } => HttpProblems.Unavailable,
        RequestFailedException { Status: 0 or >= StatusCodes.Status500InternalServerError } => HttpProblems.StorageUnavailable,
        AggregateException { InnerException: RequestFailedException { Status: 0 } } => HttpProblems.StorageUnavailable, // after its retries
        _ => HttpProblems.Internal,
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed")]
        public static partial void Failed(ILogger logger, string function, Exception exception);
    }
}
