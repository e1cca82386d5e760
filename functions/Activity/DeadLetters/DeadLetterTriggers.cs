using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Activity;

/// <summary>What dead letters need regularly.</summary>
public sealed partial class DeadLetterTriggers(RetryDeadLetters retry, SettleDeadLetters settle, ILogger<DeadLetterTriggers> logger)
{
    [Function("EveryMinuteRetryDeadLetters")]
    public async Task EveryMinuteRetryDeadLetters([TimerTrigger("15 * * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var count = await retry.ExecuteAsync(cancellation);
        if (count > 0)
        {
            Log.Retried(logger, count);
        }
    }

    [Function("EveryHourSettleDeadLetters")]
    public async Task EveryHourSettleDeadLetters([TimerTrigger("0 23 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var count = await settle.ExecuteAsync(cancellation);
        Log.Settled(logger, count);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Tried {Count} events again")]
        public static partial void Retried(ILogger logger, int count);

        [LoggerMessage(Level = LogLevel.Information, Message = "Emptied {Count} dead letters whose two weeks are over")]
        public static partial void Settled(ILogger logger, int count);
    }
}
