using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.ServiceBus;

internal static partial class ServiceBusLog
{
    [LoggerMessage(30, LogLevel.Information, "Function {Function} waits for no messages: the setting {Connection} holds no connection string")]
    public static partial void NoConnection(this ILogger logger, string function, string connection);

    [LoggerMessage(31, LogLevel.Information, "Function {Function} receives from {Entity} at {Address}")]
    public static partial void Receiving(this ILogger logger, string function, string entity, ServiceBusAddress address);

    [LoggerMessage(32, LogLevel.Warning, "Function {Function} cannot receive from {Entity} at {Address}; it goes on trying")]
    public static partial void NotReceiving(this ILogger logger, Exception exception, string function, string entity, ServiceBusAddress address);

    [LoggerMessage(33, LogLevel.Warning, "Function {Function} is done with {Count} messages of {Entity}, but the broker could not be told: they come again")]
    public static partial void NotSettled(this ILogger logger, Exception exception, string function, int count, string entity);

    [LoggerMessage(34, LogLevel.Warning, "The locks of {Count} messages of {Entity} could not be renewed: they may come again")]
    public static partial void NotRenewed(this ILogger logger, Exception exception, int count, string entity);

    [LoggerMessage(35, LogLevel.Warning, "{Function} was still at work on messages of {Entity} when the time to stop was over: they come again")]
    public static partial void NotDrained(this ILogger logger, string function, string entity);
}
