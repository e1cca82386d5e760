using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// Commits a step: what it appends to the history, and everything that the appended events ask for, in one transaction.
/// A process that lost its claim, or answers twice, changes nothing: a history has one next entry.
/// </summary>
internal sealed class StepCommit(HostDatabase database, Worker worker)
{
    /// <returns>False when the instance is no longer this process's, or has gone on without it.</returns>
    public async Task<bool> TryAsync(ClaimedInstance instance, long[] taken, StepOutcome outcome, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parent = HistoryEvent.FromJson(instance.StartEvent) is ExecutionStartedEvent { Parent: { } waiting } ? waiting : null;
        var children = outcome.Appended.OfType<SubOrchestrationInstanceCreatedEvent>().ToList();
        var sent = outcome.Appended.OfType<EventSentEvent>().ToList();
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Locked in one order, so that instances that write to each other cannot wait in a circle; and before anything is
        // read, so that no message arrives unseen.
        string[] touched = [instance.Id, .. parent is null ? [] : (string[])[parent.InstanceId], .. children.Select(c => c.InstanceId), .. sent.Select(s => s.InstanceId)];
        if (!await LockAsync(connection, instance, touched, cancellationToken))
            return false;

        await using var batch = new NpgsqlBatch(connection, transaction);
        var at = now.UtcDateTime;
        Append(batch, instance, outcome);
        Schedule(batch, instance, outcome.Appended.OfType<TaskScheduledEvent>().ToList());
        Sleep(batch, instance.Id, outcome.Appended.OfType<TimerCreatedEvent>().ToList());
        if (children.Count > 0)
            Start(batch, instance, children, at);
        foreach (var message in sent)
            Messages.Send(batch, message.InstanceId, "event", new EventRaisedEvent(message.Name, message.Input), at);
        foreach (var early in outcome.Next?.Events ?? [])
            Messages.Send(batch, instance.Id, "event", early, at);
        if (outcome.Appended is [.., ExecutionCompletedEvent completed])
        {
            if (parent is not null)
                Messages.Send(batch, parent.InstanceId, "outcome", Answer(parent, instance, completed), at, parent.Execution);
            if (outcome.Appended.OfType<ExecutionTerminatedEvent>().LastOrDefault() is { Recurse: true } terminated)
                Messages.SendToChildren(batch, instance.Id, terminated, at);
        }

        Take(batch, instance.Id, taken, outcome);
        Update(batch, instance, outcome, at);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Gives an instance back that had nothing to do after all.</summary>
    public async Task ReleaseAsync(string instance, CancellationToken cancellationToken)
    {
        await using var batch = database.Source.CreateBatch();
        batch.Add("select from functions_host.durable_instances where id = $1 for update", instance);
        batch.Add(
            $"""
            update functions_host.durable_instances
            set worker = null, wake_at = case when history_length = 0 then wake_at else {Messages.NextOfInstance} end
            where id = $1 and worker = $2
            """,
            instance, worker.Id);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> LockAsync(NpgsqlConnection connection, ClaimedInstance instance, string[] touched, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            """
            select id = $2 and execution = $3 and history_length = $4 and worker = $5
            from functions_host.durable_instances where id = any($1) order by id for update
            """,
            touched, instance.Id, instance.Execution, instance.HistoryLength, worker.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var mine = false;
        while (await reader.ReadAsync(cancellationToken))
            mine |= !reader.IsDBNull(0) && reader.GetBoolean(0);
        return mine;
    }

    private static void Append(NpgsqlBatch batch, ClaimedInstance instance, StepOutcome outcome)
    {
        if (outcome.Next is not null)
            batch.Add("delete from functions_host.durable_history where instance = $1", instance.Id);
        else
            batch.Add(
                """
                insert into functions_host.durable_history (instance, sequence, event)
                select $1, $2 + n, event from unnest($3) with ordinality as appended (event, n)
                """,
                instance.Id, instance.HistoryLength, outcome.Appended.Select(e => e.ToJson()).ToArray());
    }

    // Whoever has ended takes no more messages. Whoever starts anew has no use for the outcomes of what it asked for before,
    // but is still suspended if it was told so in the meantime.
    // After all else: a timer that nobody will wait for was set a moment ago.
    private static void Take(NpgsqlBatch batch, string instance, long[] taken, StepOutcome outcome)
    {
        if (outcome.Appended is [.., ExecutionCompletedEvent])
            batch.Add("delete from functions_host.durable_messages where instance = $1", instance);
        else if (outcome.Next is not null)
            batch.Add(
                "delete from functions_host.durable_messages where instance = $1 and (kind = 'outcome' or (kind = 'event' and id = any($2)))", instance, taken);
        else if (taken.Length > 0)
            batch.Add("delete from functions_host.durable_messages where id = any($1)", taken);
    }

    private static void Schedule(NpgsqlBatch batch, ClaimedInstance instance, List<TaskScheduledEvent> tasks)
    {
        if (tasks.Count > 0)
            batch.Add(
                """
                insert into functions_host.durable_activities (instance, execution, task, name, input)
                select $1, $2, task, name, input from unnest($3, $4, $5) as scheduled (task, name, input)
                """,
                instance.Id, instance.Execution, tasks.Select(t => t.EventId).ToArray(), tasks.Select(t => t.Name).ToArray(), tasks.Select(t => t.Input).ToArray());
    }

    private static void Sleep(NpgsqlBatch batch, string instance, List<TimerCreatedEvent> timers)
    {
        if (timers.Count > 0)
            batch.Add(
                """
                insert into functions_host.durable_messages (instance, visible_at, kind, event)
                select $1, fire_at, 'outcome', event from unnest($2, $3) as timer (fire_at, event)
                """,
                instance, timers.Select(t => t.FireAt).ToArray(), timers.Select(t => new TimerFiredEvent(t.EventId, t.FireAt).ToJson()).ToArray());
    }

    // An instance that has ended makes room for a new one of its id; one that has not stands in the way.
    private static void Start(NpgsqlBatch batch, ClaimedInstance instance, List<SubOrchestrationInstanceCreatedEvent> children, DateTime now)
    {
        var name = ((ExecutionStartedEvent)HistoryEvent.FromJson(instance.StartEvent)).Name;
        batch.Add("delete from functions_host.durable_instances where id = any($1) and status <> all($2)", children.Select(c => c.InstanceId).ToArray(), Messages.Open);
        batch.Add(
            """
            with child as (select * from unnest($1, $2, $3, $4, $5, $6, $7) as c (id, execution, name, version, start_event, input, refusal)),
            made as (
              insert into functions_host.durable_instances
                (id, execution, name, version, parent, status, start_event, input, created_at, last_updated_at, wake_at)
              select id, execution, name, version, $8, 'Pending', start_event, input, $9, $9, $9 from child
              on conflict (id) do nothing
              returning execution)
            insert into functions_host.durable_messages (instance, visible_at, kind, event)
            select $8, $9, 'outcome', refusal from child where execution not in (select execution from made)
            """,
            children.Select(c => c.InstanceId).ToArray(), children.Select(_ => Guid.NewGuid()).ToArray(), children.Select(c => c.Name).ToArray(),
            children.Select(c => c.Version).ToArray(),
            children.Select(c => new ExecutionStartedEvent(c.Name, c.Version, c.Input, new(name, instance.Id, instance.Execution, c.EventId)).ToJson()).ToArray(),
            children.Select(c => c.Input).ToArray(), children.Select(c => Refusal(c).ToJson()).ToArray(), instance.Id, now);
    }

    private static SubOrchestrationInstanceFailedEvent Refusal(SubOrchestrationInstanceCreatedEvent child) => new(
        child.EventId, TaskFailureDetails.FromException(new InvalidOperationException($"An Orchestration instance with the ID {child.InstanceId} already exists.")));

    private static OutcomeEvent Answer(ParentInstance parent, ClaimedInstance instance, ExecutionCompletedEvent completed) =>
        completed.Status == nameof(OrchestrationRuntimeStatus.Completed)
            ? new SubOrchestrationInstanceCompletedEvent(parent.TaskScheduledId, completed.Result)
            : new SubOrchestrationInstanceFailedEvent(
                parent.TaskScheduledId,
                completed.FailureDetails ?? new("Terminated", $"The sub-orchestration {instance.Id} was terminated: {completed.Result}", null, null, null));

    private static void Update(NpgsqlBatch batch, ClaimedInstance instance, StepOutcome outcome, DateTime now)
    {
        var start = outcome.Next?.Start;
        batch.Add(
            $"""
            update functions_host.durable_instances
            set status = $2, output = $3, custom_status = $4, last_updated_at = $5, history_length = $6, execution = $7,
              start_event = coalesce($8, start_event), version = coalesce($9, version), input = case when $8 is null then input else $10 end,
              worker = null
            where id = $1
            """,
            instance.Id, outcome.Status.ToString(), Messages.Storable(outcome.Output), outcome.CustomStatus, now,
            start is null ? instance.HistoryLength + outcome.Appended.Count : 0, start is null ? instance.Execution : Guid.NewGuid(),
            start?.ToJson(), start?.Version, start?.Input);
        batch.Add(
            $"update functions_host.durable_instances set wake_at = {(start is null ? Messages.NextOfInstance : "$2")} where id = $1",
            start is null ? [instance.Id] : [instance.Id, now]);
    }
}
