using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Takes in the events of a batch of messages, business by business, and says which messages are done with: what had no
/// effect is kept among the dead letters before its message is. One bad message holds up nobody.
/// </summary>
public sealed partial class TakeInMessages(JudgeEvents judge, ParkEvents park, ILogger<TakeInMessages> logger)
{
    /// <summary>How many businesses at once: one is a transaction, and takes one connection.</summary>
    private const int AtOnce = 4;

    /// <param name="settle">Told each message's place and verdict as soon as it is known; called from several threads.</param>
    /// <param name="stop">Ends waiting; what is being written is written to its end.</param>
    public async Task ExecuteAsync(IReadOnlyList<EventMessage> messages, Func<int, MessageVerdict, Task> settle, CancellationToken stop)
    {
        var read = messages.Select((message, at) => new Item(at, message, EventMessageParser.Parse(message))).ToArray();
        await Parallel.ForEachAsync(
            read.GroupBy(item => item.Read.Code is null ? item.Read.Business : Guid.Empty),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (business, _) =>
            {
                var items = business.ToArray();
                var verdicts = business.Key == Guid.Empty
                    ? items.Select(item => (MessageVerdict)new MessageVerdict.Never(item.Read.Code!, item.Read.Detail)).ToArray()
                    : await judge.ExecuteAsync(business.Key, [.. items.Select(item => item.Read.Event)], "OnActivity", Outage.Patience, stop);
                await SettleAsync([.. items.Zip(verdicts)], settle, stop);
            });
    }

    private async Task SettleAsync(IReadOnlyList<(Item Item, MessageVerdict Verdict)> judged, Func<int, MessageVerdict, Task> settle, CancellationToken stop)
    {
        var without = judged.Where(one => one.Verdict is MessageVerdict.Never or MessageVerdict.Later).ToArray();
        var areParked = await AreParkedAsync([.. without.Select(one => DeadLetterParser.Parse(one.Item.Message, one.Item.Read, one.Verdict))], stop);
        foreach (var (item, verdict) in judged)
        {
            await settle(item.At, verdict is MessageVerdict.Done || areParked ? verdict : new MessageVerdict.GiveBack());
        }
    }

    private async Task<bool> AreParkedAsync(IReadOnlyList<ParkedEvent> events, CancellationToken stop)
    {
        try
        {
            return events.Count == 0 || await Outage.WaitOutAsync(
                async () =>
                {
                    await park.ExecuteAsync(events, CancellationToken.None);
                    return events;
                },
                Outage.Patience, away => Log.Waits(logger, away), stop) is not null;
        }
#pragma warning disable CA1031 // Whatever it is: the messages are still the bus's, and come again
        catch (Exception failed)
#pragma warning restore CA1031
        {
            Log.NotParked(logger, events.Count, failed);
            return false;
        }
    }

    private sealed record Item(int At, EventMessage Message, EventMessageParser.Read Read);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; messages wait for it")]
        public static partial void Waits(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events without effect could not be kept; the bus delivers them again")]
        public static partial void NotParked(ILogger logger, int count, Exception exception);
    }
}
