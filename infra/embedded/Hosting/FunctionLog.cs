using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.Hosting;

internal static partial class FunctionLog
{
    [LoggerMessage(1, LogLevel.Error, "Function {Function} failed, invocation {InvocationId}")]
    public static partial void FunctionFailed(this ILogger logger, Exception exception, string function, string invocationId);

    [LoggerMessage(2, LogLevel.Debug, "The caller of {Function} went away, invocation {InvocationId}")]
    public static partial void CallerGone(this ILogger logger, string function, string invocationId);
}
