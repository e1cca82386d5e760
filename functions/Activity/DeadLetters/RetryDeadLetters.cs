using System.Text.Json;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Tries those again whose time has come. What has its effect is no dead letter any more in the same transaction; a
/// process that dies in between has counted the try, and leaves the rest to the next.
/// </summary>
public sealed class RetryDeadLetters(BusinessDatabase database, WorkerDatabase worker, JudgeEvents judge, RetryOptions options, TimeProvider time)
{
    private const int AtOnce = 500;

    // So many first delays, a quarter of an hour, is a run left alone that may have died. Functions end before.
    private const int Lease = 15;

    /// <returns>How many were tried.</returns>
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        var now = time.Now();
        var tried = 0;
        foreach (var business in await FindDueAsync(now, cancellation))
        {
            int count;
            do
            {
                count = cancellation.IsCancellationRequested ? 0 : await RetryAsync(business, now, cancellation);
                tried += count;
            }
            while (count == AtOnce);
        }

        return tried;
    }

    /// <summary>The businesses that have something due, who has waited longest first.</summary>
    internal Task<IReadOnlyList<Guid>> FindDueAsync(DateTimeOffset now, CancellationToken cancellation) => worker.QueryAsync<Guid>(
        "select business_id from dead_letters where state = 'WAITING' and due_at <= @now group by business_id order by min(due_at)", new { now }, cancellation);

    private async Task<int> RetryAsync(Guid business, DateTimeOffset now, CancellationToken cancellation)
    {
        DueRow[] due = [.. (await TakeAsync(business, now, cancellation)).OrderBy(one => one.Id)]; // a sale before its refund
        if (due.Length == 0)
        {
            return 0;
        }

        var verdicts = await judge.ExecuteAsync(business, [.. due.Select(one => Read(one.Body))], "EveryMinuteRetryDeadLetters", new IntakePatience(TimeSpan.Zero, cancellation));
        await NoteAsync(business, [.. due.Zip(verdicts).Where(one => one.Second is not MessageVerdict.GiveBack)]);
        return due.Length;
    }

    /// <summary>Counted before it is tried: what kills the process does not do so for ever.</summary>
    internal Task<IReadOnlyList<DueRow>> TakeAsync(Guid business, DateTimeOffset now, CancellationToken cancellation) => database.QueryAsync<DueRow>(
        business,
        """
        update dead_letters l
        set attempts = l.attempts + 1, due_at = @again
        from (
            select id from dead_letters
            where business_id = @business and state = 'WAITING' and due_at <= @now
            order by due_at, id limit @AtOnce
            for update skip locked
        ) due
        where l.id = due.id
        returning l.id, l.body, l.code, l.attempts, l.arrived_at as arrivedat
        """,
        new { business, now, again = now + options.Delay * Lease, AtOnce }, cancellation);

    // Those that are done are gone already, and what was erased or discarded meanwhile does not come back.
    private async Task NoteAsync(Guid business, IReadOnlyList<(DueRow Row, MessageVerdict Verdict)> judged)
    {
        var now = time.Now();
        var open = judged.Where(one => one.Verdict is not MessageVerdict.Done)
            .Select(one => (one.Row, Outcome: OutcomeOf(one.Row, one.Verdict, now))).OrderBy(one => one.Row.Id).ToArray();
        if (open.Length == 0)
        {
            return;
        }

        await database.QueryAsync<int>(
            business,
            """
            update dead_letters l
            set state = case when o.due_at is null then 'DEAD' else 'WAITING' end, code = o.code, detail = o.detail, attempts = o.attempts,
                due_at = o.due_at, dead_at = case when o.due_at is null then @now end
            from unnest(@ids::uuid[], @codes::text[], @details::text[], @attempts::int[], @dues::timestamptz[]) as o (id, code, detail, attempts, due_at)
            where l.business_id = @business and l.id = o.id and l.state = 'WAITING'
            """,
            new
            {
                business,
                now,
                ids = open.Select(one => one.Row.Id).ToArray(),
                codes = open.Select(one => one.Outcome.Code).ToArray(),
                details = open.Select(one => one.Outcome.Detail).ToArray(),
                attempts = open.Select(one => one.Outcome.Attempts).ToArray(),
                dues = open.Select(one => one.Outcome.DueAt?.UtcDateTime).ToArray(),
            },
            CancellationToken.None);
        foreach (var dead in open.Where(one => one.Outcome.DueAt is null).GroupBy(one => one.Outcome.Code))
        {
            Telemetry.DeadLetters.Add(dead.Count(), KeyValuePair.Create("nxloy.event.code", (object?)dead.Key));
        }
    }

    private Outcome OutcomeOf(DueRow row, MessageVerdict verdict, DateTimeOffset now)
    {
        switch (verdict)
        {
            case MessageVerdict.Later later:
                // How long it has waited for its sale says nothing of how often it has failed.
                var attempts = later.Tries is not null && later.Code != row.Code ? 1 : row.Attempts;
                return new(later.Code, null, attempts, now + RetryRules.DelayAfter(attempts, now - row.ArrivedAt, options.Delay, later.Patience, later.Tries));
            case MessageVerdict.Never never:
                return new(never.Code, never.Detail, row.Attempts, null);
            default:
                throw new ArgumentOutOfRangeException(nameof(verdict));
        }
    }

    // What a scan has taken something out of need be no JSON any more, and is no event then.
    private static JsonElement Read(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private sealed record Outcome(string Code, string? Detail, int Attempts, DateTimeOffset? DueAt);

    internal sealed record DueRow
    {
        public required Guid Id { get; init; }
        public required string Body { get; init; }

        /// <summary>Why it waited before this try.</summary>
        public required string Code { get; init; }
        public required int Attempts { get; init; }
        public required DateTimeOffset ArrivedAt { get; init; }
    }
}
