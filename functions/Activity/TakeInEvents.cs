using System.Globalization;
using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Lets a batch of events have their effect on one business, each once however often it is sent: what is recorded and
/// the inbox that remembers it are one transaction. The number of statements does not depend on the number of events.
/// </summary>
public sealed class TakeInEvents(RecordTransactions record, RecordEvents recordEvents, ErasedIds erased, TimeProvider time)
{
    public const int MaxEvents = 1000;

    /// <returns>A result an event, in the order given; a problem for the whole batch where the business cannot take any.</returns>
    public Task<Result<EventResults>> ExecuteAsync(Caller caller, IReadOnlyList<JsonElement> events, CancellationToken cancellation) =>
        ExecuteAsync(caller.Business, caller.Trail, events, cancellation);

    /// <inheritdoc cref="ExecuteAsync(Caller, IReadOnlyList{JsonElement}, CancellationToken)"/>
    /// <param name="trail">Told the customers that the events are about, before anything is committed.</param>
    /// <param name="lockPatience">For how long it waits for what others hold; as long as for anything else unless given.</param>
    public async Task<Result<EventResults>> ExecuteAsync(
        Guid business, AuditTrail trail, IReadOnlyList<JsonElement> events, CancellationToken cancellation, TimeSpan? lockPatience = null)
    {
        if (events.Count > MaxEvents)
        {
            return ActivityProblems.TooManyEvents;
        }

        var arrived = events.Select(one => EventParser.Parse(one, business)).ToArray();
        var taken = await record.InTransactionAsync(business, session => TakeInAsync(session, trail, arrived, lockPatience), cancellation);
        foreach (var same in taken.Problem is null ? taken.Value.Results.GroupBy(result => result.Status) : [])
        {
            Telemetry.IngestedEvents.Add(same.Count(), KeyValuePair.Create("nxloy.event.outcome", (object?)same.Key.ToString()));
        }

        return taken;
    }

    private async Task<Result<EventResults>> TakeInAsync(Session session, AuditTrail trail, ArrivedEvent[] arrived, TimeSpan? lockPatience)
    {
        if (lockPatience is { } patience)
        {
            await session.ExecuteAsync(
                "select 1 from set_config('lock_timeout', @milliseconds, true)",
                new { milliseconds = patience.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) });
        }

        // An id that stands twice in the batch is one event.
        var ids = RecordedIds.Of(erased, session.Business, arrived.Select(one => one.Id).OfType<string>());
        var known = await Inbox.FindSettledAsync(session, ids);
        var settled = ids.Told.Where(id => known.Contains(ids.Kept(id, known, isErased: false))).ToHashSet(StringComparer.Ordinal);
        var fresh = arrived.Where(one => one.Told is not null && !settled.Contains(one.Id!)).DistinctBy(one => one.Id).ToArray();
        var recorded = await recordEvents.ExecuteAsync(session, fresh, evenIfClosed: arrived.Any(one => one.Type == EventTypes.Business));
        if (recorded.Failed(out var refused))
        {
            return refused;
        }

        var results = new EventResult[arrived.Length];
        for (var at = 0; at < arrived.Length; at++)
        {
            results[at] = ResultOf(arrived[at], settled, recorded.Value);
        }

        trail.Touch(results.Select(result => result.Customer).OfType<Guid>());
        await Inbox.WriteAsync(session, Kept(arrived, results), result => ids.Kept(result.Id!, known, result.IsOfErased), time.Now());
        await trail.FlushAsync();
        return new EventResults(results);
    }

    // The first of an id has the effect; where there was none, the others are told the same.
    private static EventResult ResultOf(ArrivedEvent arrived, HashSet<string> settled, IReadOnlyDictionary<string, EventResult> recorded) =>
        arrived.Id is { } id && settled.Contains(id) ? new EventResult(id, EventStatus.duplicate)
        : arrived.Refusal ?? Once(recorded[arrived.Id!], settled);

    private static EventResult Once(EventResult result, HashSet<string> settled)
    {
        if (result.IsSettled)
        {
            settled.Add(result.Id!);
        }

        return result;
    }

    private static (ArrivedEvent, EventResult)[] Kept(ArrivedEvent[] arrived, EventResult[] results) =>
    [
        .. arrived.Zip(results)
            .Where(one => one.First is { Id: not null, Type: not null })
            .GroupBy(one => one.First.Id)
            .Select(same => same.FirstOrDefault(one => one.Second.IsSettled, same.First())),
    ];
}
