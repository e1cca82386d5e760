using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>An instance whose next step this process may take.</summary>
internal sealed record ClaimedInstance(string Id, Guid Execution, string Version, bool IsSuspended, int HistoryLength, string StartEvent);

/// <summary>What the next step is made of.</summary>
/// <param name="Past">The history so far.</param>
/// <param name="News">What the step takes in, in order.</param>
/// <param name="Taken">The ids of the messages among it.</param>
internal sealed record StepInput(IReadOnlyList<HistoryEvent> Past, IReadOnlyList<HistoryEvent> News, long[] Taken);

/// <summary>Finds instances that are due, claims them for this process, and reads what their next step is made of.</summary>
internal sealed class OrchestrationQueue(HostDatabase database, Worker worker)
{
    /// <summary>Claims up to so many instances that have something to do.</summary>
    /// <param name="now">Business time.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="except">Instances that this process leaves to others.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<List<ClaimedInstance>> ClaimAsync(DateTimeOffset now, int count, string[] except, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command(
            $"""
            update functions_host.durable_instances i set worker = $1
            from (
              select id from functions_host.durable_instances
              where wake_at <= $2 and {Worker.OwnsNothing} and id <> all($4)
              order by wake_at
              limit $3
              for update skip locked
            ) due
            where i.id = due.id
            returning i.id, i.execution, i.version, i.status = 'Suspended', i.history_length, i.start_event
            """,
            worker.Id, now.UtcDateTime, count, except);
        var claimed = new List<ClaimedInstance>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            claimed.Add(new(reader.GetString(0), reader.GetGuid(1), reader.GetString(2), reader.GetBoolean(3), reader.GetInt32(4), reader.GetString(5)));
        return claimed;
    }

    /// <summary>When the next instance is due, in business time; null when none ever is.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(string[] except, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command(
            $"""
            select wake_at from functions_host.durable_instances
            where wake_at is not null and {Worker.OwnsNothing} and id <> all($2)
            order by wake_at
            limit 1
            """,
            worker.Id, except);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime due ? new DateTimeOffset(due) : null;
    }

    /// <summary>The history, and the messages that may be taken in now; a suspended instance takes only what steers it.</summary>
    /// <exception cref="System.Text.Json.JsonException">An event cannot be read.</exception>
    public async Task<StepInput> LoadAsync(ClaimedInstance instance, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = database.Source.CreateBatch();
        batch.Add("select event from functions_host.durable_history where instance = $1 order by sequence", instance.Id);
        batch.Add(
            "select id, event from functions_host.durable_messages where instance = $1 and visible_at <= $2 order by visible_at, id", instance.Id, now.UtcDateTime);
        List<HistoryEvent> past = [];
        List<long> taken = [];
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            past.Add(HistoryEvent.FromJson(reader.GetString(0)));

        // Two processes may differ by what they know of business time; to one instance it never goes back.
        var before = past.OfType<OrchestratorStartedEvent>().LastOrDefault()?.Timestamp ?? DateTime.MinValue;
        List<HistoryEvent> news = [new OrchestratorStartedEvent(before > now.UtcDateTime ? before : now.UtcDateTime)];
        if (past.Count == 0)
            news.Add(HistoryEvent.FromJson(instance.StartEvent));
        await reader.NextResultAsync(cancellationToken);
        List<(HistoryEvent Message, long Id)> heldBack = [];
        for (var suspended = instance.IsSuspended; await reader.ReadAsync(cancellationToken);)
        {
            var (id, message) = (reader.GetInt64(0), HistoryEvent.FromJson(reader.GetString(1)));
            if (suspended && message is not ControlEvent)
            {
                heldBack.Add((message, id));
                continue;
            }

            news.Add(message);
            taken.Add(id);
            suspended = message is ExecutionSuspendedEvent || (suspended && message is not ExecutionResumedEvent);
            if (suspended)
                continue;

            // Resumed: first what came before, in its order.
            news.AddRange(heldBack.Select(one => one.Message));
            taken.AddRange(heldBack.Select(one => one.Id));
            heldBack.Clear();
        }

        return new(past, news, [.. taken]);
    }
}
