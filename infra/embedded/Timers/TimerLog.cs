using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.Timers;

internal static partial class TimerLog
{
    [LoggerMessage(20, LogLevel.Warning, "The database with the timers' lease and status is out of reach; timers wait until it is back")]
    public static partial void TimerLeaseLost(this ILogger logger, Exception exception);

    [LoggerMessage(21, LogLevel.Error, "Function {Function} ran, but its schedule status could not be stored: a restart may run it again")]
    public static partial void StatusNotStored(this ILogger logger, Exception exception, string function);
}
