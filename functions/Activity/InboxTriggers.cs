using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Activity;

/// <summary>What the inbox needs regularly.</summary>
public sealed partial class InboxTriggers(ForgetInbox forget, ILogger<InboxTriggers> logger)
{
    [Function("EveryHourForgetInbox")]
    public async Task EveryHourForgetInbox([TimerTrigger("0 17 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        var count = await forget.ExecuteAsync(cancellation);
        Log.Forgotten(logger, count);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} events from the inbox")]
        public static partial void Forgotten(ILogger logger, int count);
    }
}
