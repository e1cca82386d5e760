using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Messaging;

/// <summary>
/// Publishes what waits in the outbox under some keys. Whoever holds a key's lock is the only one to publish under it, in
/// any process, and sends its next event when the broker has the one before: so events of one key are never overtaken.
/// A process that dies in between leaves its events waiting, and the next one sends them, perhaps again.
/// </summary>
public sealed partial class PublishWaiting(
    WorkerDatabase database, EventPublisher publisher, EventOptions options, Alerts alerts, TimeProvider time, ILogger<PublishWaiting> logger)
{
    /// <summary>How many keys are locked at once: PostgreSQL keeps all sessions' locks in one table of some thousands.</summary>
    internal const int MaxKeys = 250;

    /// <summary>How many events of one key go in one turn, so that a busy customer does not hold up the others.</summary>
    internal const int MaxOfKey = 20;

    /// <summary>Publishes under these keys, at most <see cref="MaxKeys"/>.</summary>
    public Task<PublishedBatch> OfAsync(IReadOnlyCollection<Guid> keys, CancellationToken cancellation) => database.InTransactionAsync(
        async session =>
        {
            var claimed = await session.QueryAsync<KeyRow>(
                """
                select key, pg_try_advisory_xact_lock(hashtextextended(key::text, 14)) as isours from unnest(@keys) as k (key)
                """,
                new { keys = keys.ToArray() });
            return await PublishAsync(session, claimed, cancellation);
        },
        CancellationToken.None); // what has arrived is to be marked, even when the app stops

    /// <summary>Publishes under the next keys that have anything waiting.</summary>
    /// <param name="after">The last key of the call before; <see cref="Guid.Empty"/> begins.</param>
    public Task<PublishedBatch> NextAsync(Guid after, CancellationToken cancellation) => database.InTransactionAsync(
        async session =>
        {
            var claimed = await session.QueryAsync<KeyRow>(
                """
                with recursive keys (key, n) as (
                    (
                        select coalesce(customer_id, business_id), 1 from outbox
                        where published_at is null and refused_at is null and coalesce(customer_id, business_id) > @after
                        order by coalesce(customer_id, business_id)
                        limit 1
                    )
                    union all
                    select next.key, keys.n + 1
                    from keys
                    cross join lateral (
                        select coalesce(customer_id, business_id) as key from outbox
                        where published_at is null and refused_at is null and coalesce(customer_id, business_id) > keys.key
                        order by coalesce(customer_id, business_id)
                        limit 1
                    ) next
                    where keys.n < @most
                )
                select key, pg_try_advisory_xact_lock(hashtextextended(key::text, 14)) as isours from keys
                """,
                new { after, most = MaxKeys });
            return await PublishAsync(session, claimed, cancellation);
        },
        CancellationToken.None); // what has arrived is to be marked, even when the app stops

    private async Task<PublishedBatch> PublishAsync(WorkerSession session, IReadOnlyList<KeyRow> keys, CancellationToken cancellation)
    {
        var last = keys.Count < MaxKeys ? (Guid?)null : keys[^1].Key;
        var claimed = keys.Where(key => key.IsOurs).Select(key => key.Key).ToArray();
        var taken = keys.Where(key => !key.IsOurs).Select(key => key.Key).ToList();
        if (claimed.Length == 0)
        {
            return new PublishedBatch(0, taken, last, IsBusDown: false);
        }

        // A statement of its own: it sees what was published until the locks were ours. Ordered by the key as well, or
        // PostgreSQL walks through all that waits for each key.
        var waiting = await session.QueryAsync<WaitingEvent>(
            """
            select e.sequence, e.id, e.business_id as businessid, e.customer_id as customerid, e.type, e.data::text as data, e.occurred_at as occurredat
            from unnest(@claimed) as k (key)
            cross join lateral (
                select sequence, id, business_id, customer_id, type, data, occurred_at
                from outbox
                where coalesce(customer_id, business_id) = k.key and published_at is null and refused_at is null
                order by coalesce(customer_id, business_id), sequence
                limit @most
            ) e
            """,
            new { claimed, most = MaxOfKey });
        var turn = new Turn();
        await Task.WhenAll(waiting.GroupBy(one => one.Key).Select(key => InOrderAsync([.. key.OrderBy(one => one.Sequence)], turn, cancellation)));
        await MarkAsync(session, turn);
        return new PublishedBatch(turn.Published.Count, [.. taken, .. turn.Unfinished], last, turn.IsBusDown && turn.Published.IsEmpty);
    }

    private async Task InOrderAsync(IReadOnlyList<WaitingEvent> events, Turn turn, CancellationToken cancellation)
    {
        foreach (var one in events)
        {
            try
            {
                await publisher.SendAsync(options.OutboundTopic, CloudEvent.Of(one), cancellation);
                turn.Published.Add(one);
            }
            catch (MessageRefusedException refused) when (refused.IsFinal)
            {
                turn.Refused.Add((one, refused.Condition));
            }
            catch (MessageRefusedException refused)
            {
                Log.NotTaken(logger, one.Id, refused.Condition);
                return;
            }
            catch (BusUnavailableException)
            {
                turn.IsBusDown = true;
                turn.Unfinished.Add(one.Key);
                return;
            }
            catch (OperationCanceledException)
            {
                return; // the app stops: what has arrived is marked
            }
        }

        if (events.Count == MaxOfKey)
        {
            turn.Unfinished.Add(events[0].Key);
        }
    }

    private async Task MarkAsync(WorkerSession session, Turn turn)
    {
        if (turn.Published.IsEmpty && turn.Refused.IsEmpty)
        {
            return;
        }

        // Should the server crash before this is on its disk, the events go out once more: that is cheaper than waiting.
        var now = time.Now();
        await session.QueryAsync<int>(
            """
            update outbox o
            set published_at = case when e.refusal is null then @now end, refused_at = case when e.refusal is not null then @now end, refusal = e.refusal
            from unnest(@sequences, @refusals) as e (sequence, refusal)
            cross join set_config('synchronous_commit', 'off', true)
            where o.sequence = e.sequence
            """,
            new
            {
                now,
                sequences = turn.Published.Select(one => one.Sequence).Concat(turn.Refused.Select(one => one.Event.Sequence)).ToArray(),
                refusals = turn.Published.Select(_ => (string?)null).Concat(turn.Refused.Select(one => one.Condition)).ToArray(),
            });
        foreach (var one in turn.Published)
        {
            Telemetry.PublishedEvents.Add(1, new KeyValuePair<string, object?>("nxloy.event.type", one.Type));
            Telemetry.PublishDelay.Record(Math.Max(0, (now - one.OccurredAt).TotalSeconds));
        }

        foreach (var (one, condition) in turn.Refused)
        {
            Telemetry.RefusedEvents.Add(1, new KeyValuePair<string, object?>("nxloy.event.type", one.Type));
            alerts.Raise("outbox_refused", one.BusinessId, one.Id, $"{one.Type}: {condition}");
        }
    }

    // What became of one batch; many keys write to it at once.
    private sealed class Turn
    {
        private volatile bool isBusDown;

        public ConcurrentBag<WaitingEvent> Published { get; } = [];

        public ConcurrentBag<(WaitingEvent Event, string Condition)> Refused { get; } = [];

        public ConcurrentBag<Guid> Unfinished { get; } = [];

        public bool IsBusDown
        {
            get => isBusDown;
            set => isBusDown = value;
        }
    }

    private sealed record KeyRow
    {
        public required Guid Key { get; init; }
        public required bool IsOurs { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Service Bus did not take event {Event} ({Condition}); it is sent again later, and what comes after it waits")]
        public static partial void NotTaken(ILogger logger, Guid @event, string condition);
    }
}

/// <summary>What one turn of publishing did.</summary>
/// <param name="Published">How many events the broker has taken.</param>
/// <param name="Again">Keys that others hold, that have more waiting than one turn takes, or whose events did not get through.</param>
/// <param name="Last">Where the next turn goes on; null at the end.</param>
/// <param name="IsBusDown">Nothing could be sent.</param>
public sealed record PublishedBatch(int Published, IReadOnlyList<Guid> Again, Guid? Last, bool IsBusDown);
