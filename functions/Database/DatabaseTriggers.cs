using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Database;

/// <summary>What the tables need regularly.</summary>
public sealed partial class DatabaseTriggers(ForgetIdempotencyKeys forget, ILogger<DatabaseTriggers> logger)
{
    [Function("EveryHour")]
    public async Task EveryHour([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var count = await forget.ExecuteAsync(cancellation);
        Log.Forgotten(logger, count);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} expired idempotency keys")]
        public static partial void Forgotten(ILogger logger, int count);
    }
}
