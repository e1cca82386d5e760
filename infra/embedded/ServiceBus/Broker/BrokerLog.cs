using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

internal static partial class BrokerLog
{
    [LoggerMessage(40, LogLevel.Information, "The embedded broker listens on 127.0.0.1:{Port}; its queues: {Queues}")]
    public static partial void BrokerListens(this ILogger logger, int port, string queues);

    [LoggerMessage(41, LogLevel.Warning, "{Count} messages could not be stored; their senders are told")]
    public static partial void NotStored(this ILogger logger, Exception exception, int count);

    [LoggerMessage(42, LogLevel.Warning, "{Count} messages could not be settled; trying on")]
    public static partial void NotSettled(this ILogger logger, Exception exception, int count);

    [LoggerMessage(43, LogLevel.Warning, "The queue {Queue} cannot be read; trying on")]
    public static partial void QueueNotRead(this ILogger logger, Exception exception, string queue);

    [LoggerMessage(44, LogLevel.Warning, "The broker could not give its sign of life; without one its locks go to others")]
    public static partial void BrokerNotSeen(this ILogger logger, Exception exception);
}
