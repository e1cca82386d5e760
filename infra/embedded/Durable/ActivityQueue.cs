using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>One run of an activity, which an orchestrator asked for by its call number.</summary>
internal sealed record ActivityCall(long Id, string Instance, int Task, string Name, string? Input);

/// <summary>Hands out activities at least once, and commits what came of them exactly once.</summary>
internal sealed class ActivityQueue(HostDatabase database, Worker worker)
{
    public async Task<List<ActivityCall>> ClaimAsync(int count, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command(
            $"""
            update functions_host.durable_activities a set worker = $1
            from (
              select id from functions_host.durable_activities where {Worker.OwnsNothing} order by id limit $2 for update skip locked
            ) free
            where a.id = free.id
            returning a.id, a.instance, a.task, a.name, a.input
            """,
            worker.Id, count);
        var claimed = new List<ActivityCall>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            claimed.Add(new(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4)));
        return claimed;
    }

    /// <summary>
    /// Tells the instances what came of their activities, all in one transaction. What another process has taken over in the
    /// meantime, and what belongs to an execution that is over, is dropped.
    /// </summary>
    public async Task CompleteAsync(IReadOnlyList<(ActivityCall Call, OutcomeEvent Outcome)> done, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var instances = done.Select(d => d.Call.Instance).Distinct().ToArray();
        await using var batch = database.Source.CreateBatch();
        batch.Add("select from functions_host.durable_instances where id = any($1) order by id for update", [instances]);
        batch.Add(
            """
            with done as (
              delete from functions_host.durable_activities a using unnest($1, $2) as d (id, event)
              where a.id = d.id and a.worker = $3
              returning a.id, a.instance, a.execution, d.event)
            insert into functions_host.durable_messages (instance, visible_at, kind, event)
            select i.id, $4, 'outcome', done.event
            from done join functions_host.durable_instances i on i.id = done.instance and i.execution = done.execution
            where i.status = any($5)
            order by done.id
            """,
            done.Select(d => d.Call.Id).ToArray(), done.Select(d => d.Outcome.ToJson()).ToArray(), worker.Id, now.UtcDateTime, Messages.Open);
        batch.Add(
            "update functions_host.durable_instances set wake_at = least(wake_at, $2) where id = any($1) and status in ('Pending', 'Running') and history_length > 0",
            instances, now.UtcDateTime);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
