using Microsoft.DurableTask.Client;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>An instance as it is stored.</summary>
internal sealed record StoredInstance(
    string Id, string Name, OrchestrationRuntimeStatus Status, string? Input, string? Output, string? CustomStatus, DateTime CreatedAt, DateTime LastUpdatedAt)
{
    public bool IsOpen => Status is OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Suspended;
}

/// <summary>Instances seen from outside: started, found, told something, removed.</summary>
internal sealed class InstanceStore(HostDatabase database, WorkSignal signal, BusinessClock clock)
{
    private const string Columns = "id, name, status, input, output, custom_status, created_at, last_updated_at";

    /// <summary>Starts an instance, unless one of its id is in a state that stands in the way.</summary>
    public async Task<bool> TryStartAsync(string id, ExecutionStartedEvent start, DateTimeOffset? startAt, string[] standInTheWay, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add("delete from functions_host.durable_instances where id = $1 and status <> all($2)", id, standInTheWay);
        batch.Add(
            """
            insert into functions_host.durable_instances
              (id, execution, name, version, status, start_event, input, created_at, last_updated_at, wake_at)
            values ($1, $2, $3, $4, 'Pending', $5, $6, $7, $7, $8)
            on conflict (id) do nothing
            returning true
            """,
            id, Guid.NewGuid(), start.Name, start.Version, start.ToJson(), start.Input, clock.GetUtcNow().UtcDateTime, (startAt ?? clock.GetUtcNow()).UtcDateTime);
        bool started;
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
            started = await reader.ReadAsync(cancellationToken);
        if (started)
            await transaction.CommitAsync(cancellationToken);
        signal.Set();
        return started;
    }

    public async Task<StoredInstance?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command($"select {Columns} from functions_host.durable_instances where id = $1", id);
        return await ReadAsync(command, cancellationToken) is [var found] ? found : null;
    }

    /// <summary>A page in order of creation.</summary>
    /// <param name="query">Which ones; its page size and token are not looked at.</param>
    /// <param name="after">The last one of the page before.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">The caller went away.</param>
    public async Task<List<StoredInstance>> ListAsync(OrchestrationQuery query, (DateTime CreatedAt, string Id)? after, int count, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command(
            $"""
            select {Columns} from functions_host.durable_instances
            where created_at >= $1 and created_at <= $2 and status = any($3) and starts_with(id, $4) and (created_at, id) > ($5, $6)
            order by created_at, id
            limit $7
            """,
            From(query.CreatedFrom), To(query.CreatedTo), Names(query.Statuses), query.InstanceIdPrefix ?? "", after?.CreatedAt ?? DateTime.UnixEpoch,
            after?.Id ?? "", count);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Tells an instance something; one that has ended hears nothing.</summary>
    public async Task SendAsync(string id, string kind, HistoryEvent message, Guid? execution, CancellationToken cancellationToken)
    {
        await using var batch = database.Source.CreateBatch();
        batch.Add("select from functions_host.durable_instances where id = $1 for update", id);
        Messages.Send(batch, id, kind, message, clock.GetUtcNow().UtcDateTime, execution);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        signal.Set();
    }

    /// <summary>The events of an instance, oldest first, as JSON.</summary>
    public async Task<List<string>> HistoryAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command("select event from functions_host.durable_history where instance = $1 order by sequence", id);
        var events = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            events.Add(reader.GetString(0));
        return events;
    }

    /// <summary>Removes an instance that has ended, and with it, if asked, those it started.</summary>
    /// <returns>How many.</returns>
    public Task<int> PurgeAsync(string id, bool recursive, CancellationToken cancellationToken) =>
        PurgeAsync("id = $2", recursive, [id], cancellationToken);

    /// <inheritdoc cref="PurgeAsync(string, bool, CancellationToken)"/>
    public Task<int> PurgeAsync(PurgeInstancesFilter filter, bool recursive, CancellationToken cancellationToken) => PurgeAsync(
        "created_at >= $2 and created_at <= $3 and status = any($4)", recursive,
        [From(filter.CreatedFrom), To(filter.CreatedTo), Names(filter.Statuses)], cancellationToken);

    private async Task<int> PurgeAsync(string condition, bool recursive, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command(
            $"""
            with recursive family as (
              select id from functions_host.durable_instances where {condition} and status <> all($1)
              {(recursive ? "union select i.id from functions_host.durable_instances i join family f on i.parent = f.id where i.status <> all($1)" : "")})
            delete from functions_host.durable_instances i using family f where i.id = f.id
            """,
            [Messages.Open, .. parameters]);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DateTime From(DateTimeOffset? time) => time?.UtcDateTime ?? DateTime.UnixEpoch;

    private static DateTime To(DateTimeOffset? time) => time?.UtcDateTime ?? DateTime.SpecifyKind(DateTime.MaxValue.Date, DateTimeKind.Utc);

    private static string[] Names(IEnumerable<OrchestrationRuntimeStatus>? statuses) =>
        statuses?.Select(status => status.ToString()).ToArray() is [_, ..] some ? some : Enum.GetNames<OrchestrationRuntimeStatus>();

    private static async Task<List<StoredInstance>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var instances = new List<StoredInstance>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            instances.Add(new(
                reader.GetString(0), reader.GetString(1), Enum.Parse<OrchestrationRuntimeStatus>(reader.GetString(2)), Text(reader, 3), Text(reader, 4),
                Text(reader, 5), reader.GetDateTime(6), reader.GetDateTime(7)));
        return instances;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
