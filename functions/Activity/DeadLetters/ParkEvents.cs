using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Preferences;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Keeps events that have had no effect, so that their messages can go: one row an event, however often it comes. What
/// names a business stands behind that business's wall; what names none is kept apart from all.
/// </summary>
public sealed partial class ParkEvents(
    BusinessDatabase database, WorkerDatabase worker, ErasedPeople erased, RetryOptions options, TimeProvider time, ILogger<ParkEvents> logger)
{
    /// <returns>Whether they are kept; false where that could not be done while it was worth trying.</returns>
    internal async Task<bool> ExecuteAsync(IReadOnlyList<ParkedEvent> events, IntakePatience waiting) => events.Count == 0 || await waiting.TryAsync(
        () => WriteAsync(events),
        (failed, tries) =>
        {
            if (tries == 1)
            {
                Log.NotParked(logger, events.Count, failed);
            }

            return Task.FromResult(IntakeFailures.WithoutAsking(failed));
        }) is null;

    private async Task WriteAsync(IReadOnlyList<ParkedEvent> events)
    {
        var now = time.Now();
        foreach (var business in events.GroupBy(one => one.Business))
        {
            var letters = business.DistinctBy(one => one.EventId ?? one.Digest).Select(one => LetterOf(one, now)).OrderBy(one => one.Key, StringComparer.Ordinal).ToArray();
            if (business.Key is { } id)
            {
                await database.InTransactionAsync<Done>(id, session => WriteAsync(session, letters, now), CancellationToken.None);
            }
            else
            {
                await WriteOfNobodyAsync(letters, now);
            }

            Count(letters);
        }
    }

    private async Task<Result<Done>> WriteAsync(Session session, Letter[] letters, DateTimeOffset now)
    {
        // First, so that an erasure either finds what is written here, or is found.
        await DeadLetterLock.ShareAsync(session);
        var region = (await session.FindAsync<RegionRow>("select default_region as region from businesses where id = @business", new { business = session.Business }))?.Region;
        letters = [.. letters.Select(one => one with { Phone = one.Event.Customer.Phone is { } phone ? CustomerRules.E164(phone, region ?? "ZZ") ?? phone : null })];
        letters = await WithoutErasedAsync(session, letters);
        await session.ExecuteAsync(
            """
            insert into dead_letters as known (
                id, business_id, event_id, event_type, event_source, event_time, digest, state, code, detail, body, customer_id, customer_external_id,
                customer_email, customer_phone, attempts, arrived_at, due_at, dead_at, settled_at)
            select l.id, @business, l.event_id, l.type, l.source, l.time, l.digest, l.state, l.code, l.detail, l.body, l.customer_id, l.external_id,
                l.email, l.phone, l.attempts, @now, l.due_at, case when l.state <> 'WAITING' then @now end, case when l.state = 'SETTLED' then @now end
            from unnest(@ids::uuid[], @eventIds::text[], @types::text[], @sources::text[], @times::timestamptz[], @digests::text[], @states::text[],
                    @codes::text[], @details::text[], @bodies::text[], @customers::uuid[], @externalIds::text[], @emails::text[], @phones::text[],
                    @attempts::int[], @dues::timestamptz[])
                with ordinality as l (id, event_id, type, source, time, digest, state, code, detail, body, customer_id, external_id, email, phone,
                    attempts, due_at, position)
            where not exists (
                -- It was sent twice, and the other one has had its effect meanwhile.
                select from inbox i where i.business_id = @business and i.event_id = l.event_id and i.outcome in ('accepted', 'duplicate'))
            order by l.position
            on conflict (business_id, (coalesce(event_id, digest))) do update set
                event_type = excluded.event_type, event_source = excluded.event_source, event_time = excluded.event_time, state = excluded.state,
                code = excluded.code, detail = excluded.detail, body = excluded.body, customer_id = excluded.customer_id,
                customer_external_id = excluded.customer_external_id, customer_email = excluded.customer_email, customer_phone = excluded.customer_phone,
                attempts = case when known.state = 'WAITING' and known.code = excluded.code then greatest(known.attempts, excluded.attempts) else excluded.attempts end,
                arrived_at = case when known.state = 'WAITING' then known.arrived_at else excluded.arrived_at end,
                due_at = case when excluded.due_at is not null and known.state = 'WAITING' then least(known.due_at, excluded.due_at) else excluded.due_at end,
                dead_at = excluded.dead_at, settled_at = excluded.settled_at, settled_by = null, reason = null
            """,
            new
            {
                business = session.Business,
                now,
                ids = letters.Select(one => one.Id).ToArray(),
                eventIds = letters.Select(one => one.Event.EventId).ToArray(),
                types = letters.Select(one => one.Event.Type).ToArray(),
                sources = letters.Select(one => one.Event.Source).ToArray(),
                times = letters.Select(one => one.Event.Time?.UtcDateTime).ToArray(),
                digests = letters.Select(one => one.Digest).ToArray(),
                states = letters.Select(one => one.State.ToString()).ToArray(),
                codes = letters.Select(one => one.Code).ToArray(),
                details = letters.Select(one => one.Detail).ToArray(),
                bodies = letters.Select(one => one.Event.Body).ToArray(),
                customers = letters.Select(one => one.Event.Customer.Id).ToArray(),
                externalIds = letters.Select(one => one.Event.Customer.ExternalId).ToArray(),
                emails = letters.Select(one => one.Event.Customer.Email).ToArray(),
                phones = letters.Select(one => one.Phone).ToArray(),
                attempts = letters.Select(one => one.Event.Attempts).ToArray(),
                dues = letters.Select(one => one.DueAt?.UtcDateTime).ToArray(),
            });
        return new Done();
    }

    // What was on its way when its customer was erased keeps what the sweep would leave: not whose it was.
    private async Task<Letter[]> WithoutErasedAsync(Session session, Letter[] letters)
    {
        var since = await erased.FindAsync(
            session, letters.Select(one => one.Event.Customer.Id).OfType<Guid>(), letters.Select(one => one.Event.Customer.Email).OfType<string>(),
            letters.Select(one => one.Phone).OfType<string>(), letters.Select(one => one.Event.Customer.ExternalId).OfType<string>());
        return [.. letters.Select(one => since.Of(one.Event.Customer.Id, one.Event.Customer.Email, one.Phone, one.Event.Customer.ExternalId) >= one.SentAt ? Emptied(one) : one)];
    }

    private static Letter Emptied(Letter letter) => letter with
    {
        State = DeadLetterState.SETTLED, DueAt = null, Detail = null, Phone = null, Event = letter.Event with { Body = null, Customer = new MentionedCustomer(null, null, null, null) },
    };

    private async Task WriteOfNobodyAsync(Letter[] letters, DateTimeOffset now) => await worker.QueryAsync<int>(
        """
        insert into dead_letters (id, event_id, event_type, event_source, event_time, digest, state, code, detail, body, attempts, arrived_at, dead_at)
        select l.id, l.event_id, l.type, l.source, l.time, l.digest, 'DEAD', l.code, l.detail, l.body, 1, @now, @now
        from unnest(@ids::uuid[], @eventIds::text[], @types::text[], @sources::text[], @times::timestamptz[], @digests::text[], @codes::text[],
                @details::text[], @bodies::text[])
            with ordinality as l (id, event_id, type, source, time, digest, code, detail, body, position)
        order by l.position
        on conflict do nothing
        """,
        new
        {
            now,
            ids = letters.Select(one => one.Id).ToArray(),
            eventIds = letters.Select(one => one.Event.EventId).ToArray(),
            types = letters.Select(one => one.Event.Type).ToArray(),
            sources = letters.Select(one => one.Event.Source).ToArray(),
            times = letters.Select(one => one.Event.Time?.UtcDateTime).ToArray(),
            digests = letters.Select(one => one.Digest).ToArray(),
            codes = letters.Select(one => one.Code).ToArray(),
            details = letters.Select(one => one.Detail).ToArray(),
            bodies = letters.Select(one => one.Event.Body).ToArray(),
        },
        CancellationToken.None);

    private Letter LetterOf(ParkedEvent @event, DateTimeOffset now)
    {
        var due = @event switch
        {
            { Business: null } or { EventId: null } or { Body: null } => null,
            { Verdict: MessageVerdict.Later, Attempts: 0 } => (DateTimeOffset?)now,
            { Verdict: MessageVerdict.Later later } => now + RetryRules.DelayAfter(@event.Attempts, TimeSpan.Zero, options.Delay, later.Patience, later.Tries),
            _ => null,
        };
        var (code, detail) = @event.Verdict switch
        {
            MessageVerdict.Later later => (later.Code, null),
            MessageVerdict.Never never => (never.Code, never.Detail),
            _ => throw new ArgumentOutOfRangeException(nameof(@event)),
        };
        return new Letter(
            Guid.CreateVersion7(now), @event, @event.EventId is null ? @event.Digest : null, due is null ? DeadLetterState.DEAD : DeadLetterState.WAITING, code, detail, due,
            now - @event.Age);
    }

    private static void Count(Letter[] letters)
    {
        foreach (var same in letters.GroupBy(one => (one.State, one.Code)))
        {
            (same.Key.State == DeadLetterState.WAITING ? Telemetry.PostponedEvents : Telemetry.DeadLetters).Add(same.Count(), KeyValuePair.Create("nxloy.event.code", (object?)same.Key.Code));
        }
    }

    private sealed record Letter(
        Guid Id, ParkedEvent Event, string? Digest, DeadLetterState State, string Code, string? Detail, DateTimeOffset? DueAt, DateTimeOffset SentAt)
    {
        public string Key => Event.EventId ?? Digest!;

        /// <summary>E.164, or as it was sent where it is no phone.</summary>
        public string? Phone { get; init; }
    }

    private sealed record RegionRow
    {
        public required string Region { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} events without effect could not be kept; that is tried again, and else the bus delivers them again")]
        public static partial void NotParked(ILogger logger, int count, Exception exception);
    }
}
