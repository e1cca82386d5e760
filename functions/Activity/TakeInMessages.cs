namespace NxLoy.Functions.Activity;

/// <summary>
/// Takes in the events of a batch of messages, business by business, and says which messages are done with: what had no
/// effect is kept among the dead letters before its message is. One bad message holds up nobody.
/// </summary>
public sealed class TakeInMessages(JudgeEvents judge, ParkEvents park)
{
    /// <summary>How many transactions at once: each takes a connection.</summary>
    private const int AtOnce = 4;

    /// <summary>How many messages are settled at once: each is a way to the bus and back.</summary>
    private const int SettledAtOnce = 100;

    /// <param name="settle">Told each message's place and verdict as soon as it is known; called from several threads.</param>
    /// <param name="patience">How long all of it waits for a database that is away; machine time.</param>
    /// <param name="stop">Ends waiting; what is being written is written to its end.</param>
    public async Task ExecuteAsync(IReadOnlyList<EventMessage> messages, Func<int, MessageVerdict, Task> settle, TimeSpan patience, CancellationToken stop)
    {
        var waiting = new IntakePatience(patience, stop);
        var read = messages.Select((message, at) => new Item(at, message, EventMessageParser.Parse(message))).ToArray();
        await Parallel.ForEachAsync(
            read.GroupBy(item => item.Read.Code is null ? item.Read.Business : Guid.Empty).SelectMany(of => EventLanes.Part(of.ToArray(), item => item.Read.Event)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (items, _) =>
            {
                var verdicts = items[0].Read.Code is not null
                    ? items.Select(item => (MessageVerdict)new MessageVerdict.Never(item.Read.Code!, item.Read.Detail)).ToArray()
                    : await judge.ExecuteAsync(items[0].Read.Business, [.. items.Select(item => item.Read.Event)], "OnActivity", waiting);
                await SettleAsync([.. items.Zip(verdicts)], settle, waiting);
            });
    }

    private async Task SettleAsync(IReadOnlyList<(Item Item, MessageVerdict Verdict)> judged, Func<int, MessageVerdict, Task> settle, IntakePatience waiting)
    {
        var without = judged.Where(one => one.Verdict is MessageVerdict.Never or MessageVerdict.Later).ToArray();
        var areParked = await park.ExecuteAsync([.. without.Select(one => DeadLetterParser.Parse(one.Item.Message, one.Item.Read, one.Verdict))], waiting);
        await Parallel.ForEachAsync(
            judged, new ParallelOptions { MaxDegreeOfParallelism = SettledAtOnce },
            async (one, _) => await settle(one.Item.At, one.Verdict is MessageVerdict.Done || areParked ? one.Verdict : new MessageVerdict.GiveBack()));
    }

    private sealed record Item(int At, EventMessage Message, EventMessageParser.Read Read);
}
