using System.Text.Json;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Lets a batch of events have their effect on one business, each once however often it is sent: what is recorded and
/// the inbox that remembers it are one transaction. The number of statements does not depend on the number of events.
/// </summary>
public sealed class TakeInEvents(RecordTransactions record, TimeProvider time)
{
    public const int MaxEvents = 1000;

    /// <returns>A result an event, in the order given; a problem for the whole batch where the business cannot take any.</returns>
    public Task<Result<EventResults>> ExecuteAsync(Caller caller, IReadOnlyList<JsonElement> events, CancellationToken cancellation) =>
        ExecuteAsync(caller.Business, caller.Trail, events, cancellation);

    /// <inheritdoc cref="ExecuteAsync(Caller, IReadOnlyList{JsonElement}, CancellationToken)"/>
    /// <param name="trail">Told the customers that the events are about, before anything is committed.</param>
    public async Task<Result<EventResults>> ExecuteAsync(
        Guid business, AuditTrail trail, IReadOnlyList<JsonElement> events, CancellationToken cancellation)
    {
        if (events.Count > MaxEvents)
        {
            return ActivityProblems.TooManyEvents;
        }

        var arrived = events.Select(one => EventParser.Parse(one, business)).ToArray();
        var taken = await record.InTransactionAsync(business, session => TakeInAsync(session, trail, arrived), cancellation);
        foreach (var same in taken.Problem is null ? taken.Value.Results.GroupBy(result => result.Status) : [])
        {
            Telemetry.IngestedEvents.Add(same.Count(), KeyValuePair.Create("nxloy.event.outcome", (object?)same.Key.ToString()));
        }

        return taken;
    }

    private async Task<Result<EventResults>> TakeInAsync(Session session, AuditTrail trail, ArrivedEvent[] arrived)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        // An id that stands twice in the batch is one event.
        var settled = await Inbox.FindSettledAsync(session, arrived.Select(one => one.Id).OfType<string>().Distinct());
        var fresh = arrived.Where(one => one.Transaction is not null && !settled.Contains(one.Id!)).DistinctBy(one => one.Id).ToArray();
        var recorded = await RecordAsync(session, trail, business.Value.DefaultRegion, fresh);
        if (recorded.Failed(out var refused))
        {
            return refused;
        }

        var results = new EventResult[arrived.Length];
        for (var at = 0; at < arrived.Length; at++)
        {
            results[at] = ResultOf(arrived[at], settled, recorded.Value);
        }

        await Inbox.WriteAsync(session, Kept(arrived, results), time.Now());
        await trail.FlushAsync();
        return new EventResults(results);
    }

    private async Task<Result<Dictionary<string, EventResult>>> RecordAsync(
        Session session, AuditTrail trail, string region, ArrivedEvent[] fresh)
    {
        if (fresh.Length == 0)
        {
            return new Dictionary<string, EventResult>();
        }

        var told = fresh.Select(one => one.Transaction!).ToArray();
        var links = await LinkCustomers.ExecuteAsync(
            session, region, told.Select(one => one.ExternalId).OfType<string>(), told.Select(one => one.Email).OfType<string>(),
            told.Select(one => one.Phone).OfType<string>());
        TransactionFact[] facts = [.. told.Select(one => one.Fact with { CustomerId = CustomerOf(one, links) })];
        var outcomes = await record.ExecuteAsync(session, facts);
        if (outcomes.Failed(out var refused))
        {
            return refused;
        }

        trail.Touch(facts.Zip(outcomes.Value).Where(one => one.Second.Status == TransactionStatus.Accepted).Select(one => one.First.CustomerId));
        return fresh.Zip(outcomes.Value, facts)
            .Select(one => new EventResult(one.First.Id, StatusOf(one.Second.Status), one.Second.Code)
            {
                Customer = one.Second.Status == TransactionStatus.Accepted ? one.Third.CustomerId : null,
            })
            .ToDictionary(result => result.Id!);
    }

    // Nobody has the empty id, so what matches nobody comes out unlinked.
    private static Guid CustomerOf(ToldTransaction told, CustomerLinks links) =>
        (told switch
        {
            { ExternalId: { } externalId } => links.ByExternalId(externalId),
            { Email: { } email } => links.ByEmail(email),
            { Phone: { } phone } => links.ByPhone(phone),
            _ => told.Fact.CustomerId,
        }) ?? Guid.Empty;

    // The first of an id has the effect; where there was none, the others are told the same.
    private static EventResult ResultOf(ArrivedEvent arrived, HashSet<string> settled, Dictionary<string, EventResult> recorded) =>
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

    private static EventStatus StatusOf(TransactionStatus status) => status switch
    {
        TransactionStatus.Accepted => EventStatus.accepted,
        TransactionStatus.Duplicate => EventStatus.duplicate,
        TransactionStatus.Rejected => EventStatus.rejected,
        TransactionStatus.Unlinked => EventStatus.unlinked,
        TransactionStatus.Retry => EventStatus.retry,
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };
}
