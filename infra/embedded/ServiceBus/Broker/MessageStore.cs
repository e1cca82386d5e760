using NpgsqlTypes;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>A message on its way in: where to, and what.</summary>
internal sealed record Arrival(string Address, IReadOnlyCollection<string> Queues, IReadOnlyList<IncomingMessage> Messages);

/// <summary>The messages in PostgreSQL, always many at a time.</summary>
internal sealed class MessageStore(HostDatabase database, BrokerOptions options)
{
    // Reasons that Service Bus gives. A dead-letter queue has no other behind it: what fails there stays.
    private const string DeadLettered =
        $"case when queue like '%{Entities.DeadLetterQueue}' then queue else queue || '{Entities.DeadLetterQueue}' end";

    private const string HadItsTries =
        $"(delivery_count + 1 >= $3 and queue not like '%{Entities.DeadLetterQueue}')";

    // And nothing expires in it.
    private const string Abandoned =
        $"""
        lock_token = null,
        delivery_count = delivery_count + 1,
        expires_at = case when {HadItsTries} then null else expires_at end,
        queue = case when {HadItsTries} then queue || '{Entities.DeadLetterQueue}' else queue end,
        dead_letter_source = case when {HadItsTries} then queue else dead_letter_source end,
        dead_letter_reason = case when {HadItsTries} then 'MaxDeliveryCountExceeded' else dead_letter_reason end,
        dead_letter_description = case when {HadItsTries}
          then 'The message could not be consumed after ' || delivery_count + 1 || ' delivery attempts.' else dead_letter_description end
        """;

    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>Stores what is new by its message id, in the order given.</summary>
    public async Task EnqueueAsync(IReadOnlyList<Arrival> arrivals)
    {
        var seen = new HashSet<(string, string)>();
        var rows = (
            from arrival in arrivals
            from message in arrival.Messages
            let id = options.DuplicateWindow > TimeSpan.Zero ? message.Id : null
            where id is null || seen.Add((arrival.Address, id))
            from queue in arrival.Queues
            select (arrival, message, id, queue)).ToList();

        await using var command = database.Source.CreateCommand(
            """
            with sent as (
              select * from unnest($1, $2, $3, $4, $5, $6, $7) with ordinality as s (address, id, queue, due_at, time_to_live, envelope, content, n)
            ), fresh as (
              insert into functions_host.bus_message_ids (address, message_id, seen_at)
              select address, id, clock_timestamp() from sent where id is not null group by address, id order by address, id
              on conflict (address, message_id) do update set seen_at = excluded.seen_at
              where bus_message_ids.seen_at <= clock_timestamp() - $8
              returning address, message_id
            ), kept as (
              select * from sent where id is null or (address, id) in (select address, message_id from fresh)
            ), scheduled as (
              insert into functions_host.bus_scheduled (queue, due_at, time_to_live, envelope, content)
              select queue, due_at, time_to_live, envelope, content from kept where due_at > clock_timestamp() order by n
            )
            insert into functions_host.bus_messages (queue, sequence, enqueued_at, expires_at, envelope, content)
            select queue, nextval('functions_host.bus_sequence'), clock_timestamp(), clock_timestamp() + time_to_live, envelope, content
            from (select * from kept where due_at is null or due_at <= clock_timestamp() order by n) due
            """);
        Add(NpgsqlDbType.Text, rows.Select(row => row.arrival.Address).ToArray());
        Add(NpgsqlDbType.Text, rows.Select(row => row.id).ToArray());
        Add(NpgsqlDbType.Text, rows.Select(row => row.queue).ToArray());
        Add(NpgsqlDbType.TimestampTz, rows.Select(row => row.message.ScheduledFor).ToArray());
        Add(NpgsqlDbType.Interval, rows.Select(row => row.message.TimeToLive).ToArray());
        Add(NpgsqlDbType.Bytea, rows.Select(row => row.message.Envelope).ToArray());
        Add(NpgsqlDbType.Bytea, rows.Select(row => row.message.Content).ToArray());
        command.Parameters.Add(new() { Value = options.DuplicateWindow });
        await command.ExecuteNonQueryAsync();

        void Add(NpgsqlDbType type, object values) => command.Parameters.Add(new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    /// <summary>Locks the oldest messages of a queue that nobody has locked.</summary>
    public async Task<List<LockedMessage>> LockAsync(string queue, int most, CancellationToken cancellationToken)
    {
        await using var batch = database.Source.CreateBatch();
        // A lock lost with the server means one more delivery, which every receiver must bear anyhow. And whatever the planner
        // thinks of a table that was empty a moment ago: the oldest few are found by walking the index, not by sorting the queue.
        batch.Add("select set_config('synchronous_commit', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)");
        batch.Add(
            """
            with free as (
              select sequence from functions_host.bus_messages where queue = $1 and lock_token is null
              order by sequence limit $2 for update skip locked)
            update functions_host.bus_messages set lock_token = gen_random_uuid(), broker = $3
            where queue = $1 and sequence = any(array(select sequence from free))
            returning sequence, lock_token, enqueued_at, delivery_count, expires_at <= clock_timestamp(),
              dead_letter_source, dead_letter_reason, dead_letter_description, envelope, content
            """,
            queue, most, Id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var locked = new List<LockedMessage>();
        while (await reader.ReadAsync(cancellationToken))
            locked.Add(new()
            {
                Queue = queue,
                Sequence = reader.GetInt64(0),
                Token = reader.GetGuid(1),
                EnqueuedAt = reader.GetDateTime(2),
                DeliveryCount = reader.GetInt32(3),
                IsExpired = !reader.IsDBNull(4) && reader.GetBoolean(4),
                DeadLetterSource = Text(5),
                DeadLetterReason = Text(6),
                DeadLetterDescription = Text(7),
                Envelope = reader.GetFieldValue<byte[]>(8),
                Content = reader.GetFieldValue<byte[]>(9),
            });
        locked.Sort((one, other) => one.Sequence.CompareTo(other.Sequence));
        return locked;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    /// <summary>Frees what this broker has locked in a queue, but for what it knows of.</summary>
    public async Task ReleaseAllButAsync(string queue, Guid[] tokens, CancellationToken cancellationToken)
    {
        await using var command = database.Source.Command(
            "update functions_host.bus_messages set lock_token = null where queue = $1 and broker = $2 and lock_token is not null and lock_token <> all($3)",
            queue, Id, tokens);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>The tokens that were still good.</returns>
    public async Task<HashSet<Guid>> SettleAsync(IReadOnlyList<Settlement> settlements)
    {
        await using var batch = database.Source.CreateBatch();
        foreach (var group in settlements.GroupBy(settlement => (settlement.Message.Queue, settlement.Kind)).OrderBy(group => group.Key))
        {
            var (sequences, tokens) = (group.Select(one => one.Message.Sequence).ToArray(), group.Select(one => one.Message.Token).ToArray());
            var queue = group.Key.Queue;
            const string These = "queue = $4 and sequence = any($1) and lock_token = any($2)";
            switch (group.Key.Kind)
            {
                case SettlementKind.Complete:
                    batch.Add(
                        "with gone as (delete from functions_host.bus_messages where queue = $1 and sequence = any($2) and lock_token = any($3) returning lock_token) select lock_token from gone",
                        queue, sequences, tokens);
                    break;
                case SettlementKind.Release:
                    batch.Add(
                        """
                        with mine as (select sequence, lock_token from functions_host.bus_messages where queue = $1 and sequence = any($2) and lock_token = any($3) for update)
                        update functions_host.bus_messages m set lock_token = null from mine where m.queue = $1 and m.sequence = mine.sequence returning mine.lock_token
                        """,
                        queue, sequences, tokens);
                    break;
                case SettlementKind.Abandon:
                    batch.Add(
                        $"""
                        with mine as (select sequence as n, lock_token as token from functions_host.bus_messages where {These} for update)
                        update functions_host.bus_messages set {Abandoned} from mine where queue = $4 and sequence = mine.n returning mine.token
                        """,
                        sequences, tokens, options.MaxDeliveryCount, queue);
                    break;
                case SettlementKind.DeadLetter:
                    batch.Add(
                        $"""
                        update functions_host.bus_messages set lock_token = null, expires_at = null, queue = {DeadLettered}, dead_letter_source = coalesce(dead_letter_source, queue),
                          dead_letter_reason = coalesce(given.reason, ''), dead_letter_description = given.description
                        from unnest($1, $2, $3, $5) as given (n, token, reason, description)
                        where queue = $4 and sequence = given.n and lock_token = given.token
                        returning given.token
                        """,
                        sequences, tokens, group.Select(one => Messages.Storable(one.Reason)).ToArray(), queue, group.Select(one => Messages.Storable(one.Description)).ToArray());
                    break;
                default:
                    throw new InvalidOperationException($"A message cannot be settled by {group.Key.Kind}.");
            }
        }

        var good = new HashSet<Guid>();
        await using var reader = await batch.ExecuteReaderAsync();
        do
        {
            while (await reader.ReadAsync())
                good.Add(reader.GetGuid(0));
        }
        while (await reader.NextResultAsync());
        return good;
    }

    /// <summary>Says that this broker is alive, puts into their queues the messages whose time has come, and frees what dead brokers had locked.</summary>
    /// <param name="all">Looks at all locks, where otherwise only a broker known to be dead is a reason to.</param>
    /// <returns>The queues that got messages.</returns>
    public async Task<List<string>> SweepAsync(bool all, CancellationToken cancellationToken)
    {
        await using var batch = database.Source.CreateBatch();
        batch.Add(
            """
            insert into functions_host.bus_brokers (id, alive_until) values ($1, clock_timestamp() + $2)
            on conflict (id) do update set alive_until = excluded.alive_until
            """,
            Id, options.Lease);
        batch.Add(
            """
            with due as (
              delete from functions_host.bus_scheduled where id in (
                select id from functions_host.bus_scheduled where due_at <= clock_timestamp() order by due_at, id limit 1000 for update skip locked)
              returning *)
            insert into functions_host.bus_messages (queue, sequence, enqueued_at, expires_at, envelope, content)
            select queue, nextval('functions_host.bus_sequence'), clock_timestamp(), clock_timestamp() + time_to_live, envelope, content
            from (select * from due order by due_at, id) ordered
            returning queue
            """);
        batch.Add(
            $"""
            with dead as (delete from functions_host.bus_brokers where alive_until < clock_timestamp() returning id)
            update functions_host.bus_messages set {Abandoned}
            where ($1 or exists (select from dead)) and lock_token is not null
              and not exists (select from functions_host.bus_brokers alive where alive.id = broker and alive.id not in (select id from dead))
              and broker <> $2
            returning queue
            """,
            all, Id, options.MaxDeliveryCount);
        if (all)
            batch.Add("delete from functions_host.bus_message_ids where seen_at <= clock_timestamp() - $1", options.DuplicateWindow);
        var queues = new HashSet<string>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
                queues.Add(reader.GetString(0));
        }
        while (await reader.NextResultAsync(cancellationToken));
        return [.. queues];
    }

    /// <summary>The broker gives up what it still has locked; none of it counts as tried.</summary>
    public async Task RetireAsync()
    {
        await using var batch = database.Source.CreateBatch();
        batch.Add("update functions_host.bus_messages set lock_token = null where broker = $1 and lock_token is not null", Id);
        batch.Add("delete from functions_host.bus_brokers where id = $1", Id);
        await batch.ExecuteNonQueryAsync();
    }
}
