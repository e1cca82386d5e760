using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.Durable;

internal static partial class DurableLog
{
    [LoggerMessage(30, LogLevel.Warning, "The sign of life of this process could not be stored; without one its work goes to others")]
    public static partial void NoSignOfLife(this ILogger logger, Exception exception);

    [LoggerMessage(31, LogLevel.Warning, "Durable work cannot be looked for; trying on")]
    public static partial void CannotLook(this ILogger logger, Exception exception);

    [LoggerMessage(32, LogLevel.Warning, "The step of instance {InstanceId} could not be committed and will be taken again")]
    public static partial void StepLost(this ILogger logger, Exception exception, string instanceId);

    [LoggerMessage(33, LogLevel.Error, "The step of instance {InstanceId} cannot be stored: the instance fails")]
    public static partial void StepRefused(this ILogger logger, Exception exception, string instanceId);

    [LoggerMessage(34, LogLevel.Warning, "Instance {InstanceId} is of version '{Version}', which this process does not run: it is left to others")]
    public static partial void VersionRejected(this ILogger logger, string instanceId, string version);

    [LoggerMessage(35, LogLevel.Warning, "Outcomes of {Count} activities could not be committed; trying on")]
    public static partial void OutcomesNotStored(this ILogger logger, Exception exception, int count);

    [LoggerMessage(36, LogLevel.Error, "Instance {InstanceId} waited for something that is no durable task")]
    public static partial void Violated(this ILogger logger, string instanceId);

    [LoggerMessage(37, LogLevel.Warning, "Other processes cannot be heard; looking for work by polling")]
    public static partial void CannotListen(this ILogger logger, Exception exception);
}
