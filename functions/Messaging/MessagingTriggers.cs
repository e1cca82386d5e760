using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Messaging;

/// <summary>What the outbox needs regularly.</summary>
public sealed partial class MessagingTriggers(
    OutboxRelay relay, EventPublisher publisher, OutboxBacklog backlog, ForgetPublished forget, ILogger<MessagingTriggers> logger)
{
    /// <summary>Publishes what nobody was left to publish, and measures what still waits.</summary>
    [Function("EveryMinuteSweepOutbox")]
    public async Task EveryMinuteSweepOutbox([TimerTrigger("30 * * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        // Where no Service Bus is named everything waits, and that was said when the app started.
        if (publisher.IsConfigured)
        {
            await relay.SweepAsync(cancellation);
            await backlog.MeasureAsync(cancellation);
        }
    }

    [Function("EveryHourForgetPublished")]
    public async Task EveryHourForgetPublished([TimerTrigger("0 47 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var count = await forget.ExecuteAsync(cancellation);
        Log.Forgotten(logger, count);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} published events from the outbox")]
        public static partial void Forgotten(ILogger logger, int count);
    }
}
