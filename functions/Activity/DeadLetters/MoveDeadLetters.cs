using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Keeps what the bus itself gave up, or somebody dead-lettered there by hand. That an event was delivered in vain too
/// often says nothing of it: it is tried by itself, before it counts as dead.
/// </summary>
public sealed partial class MoveDeadLetters(ParkEvents park, ILogger<MoveDeadLetters> logger)
{
    // As Service Bus writes them.
    private static readonly string[] GivenUp = ["MaxDeliveryCountExceeded", "TTLExpiredException"];

    // What comes back at once, and cannot be kept, must not keep a processor busy. Machine time.
    private static readonly TimeSpan BeforeGivingBack = TimeSpan.FromSeconds(10);

    /// <param name="settle">Told each message's place and verdict.</param>
    /// <param name="stop">Ends waiting for the database.</param>
    public async Task ExecuteAsync(IReadOnlyList<EventMessage> messages, Func<int, MessageVerdict, Task> settle, CancellationToken stop)
    {
        var parked = messages.Select(Read).ToArray();
        var isDone = await IsParkedAsync(parked, stop);
        if (!isDone)
        {
            await Task.Delay(BeforeGivingBack, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        for (var at = 0; at < parked.Length; at++)
        {
            await settle(at, isDone ? parked[at].Verdict : new MessageVerdict.GiveBack());
        }
    }

    private static ParkedEvent Read(EventMessage message)
    {
        var read = EventMessageParser.Parse(message);
        MessageVerdict verdict = (message.DeadLetterReason, read.Code) switch
        {
            ({ } reason, null) when GivenUp.Contains(reason) => new MessageVerdict.Later(reason, Patience: null, RetryRules.TriesOfAFailure),
            ({ } reason, { } code) when GivenUp.Contains(reason) => new MessageVerdict.Never(code, read.Detail),
            _ => new MessageVerdict.Never("dead_lettered", string.Join(": ", new[] { message.DeadLetterReason, message.DeadLetterDescription }.Where(text => text is { Length: > 0 }))),
        };
        return DeadLetterParser.Parse(message, read, verdict) with { Attempts = verdict is MessageVerdict.Later ? 0 : 1 };
    }

    private async Task<bool> IsParkedAsync(ParkedEvent[] parked, CancellationToken stop)
    {
        try
        {
            return await Outage.WaitOutAsync(
                async () =>
                {
                    await park.ExecuteAsync(parked, CancellationToken.None);
                    return parked;
                },
                Outage.Patience, away => Log.Waits(logger, away), stop) is not null;
        }
#pragma warning disable CA1031 // Whatever it is: the messages stay where they are
        catch (Exception failed)
#pragma warning restore CA1031
        {
            Log.NotParked(logger, parked.Length, failed);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; dead letters of the bus wait for it")]
        public static partial void Waits(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} dead letters of the bus could not be kept; they stay there")]
        public static partial void NotParked(ILogger logger, int count, Exception exception);
    }
}
