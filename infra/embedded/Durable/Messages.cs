using Npgsql;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>The SQL by which instances are told something. Whoever sends wakes; who is suspended is woken by control alone, who is to start
/// later only by its end.</summary>
internal static class Messages
{
    /// <summary>When the instance has something to do next, as an expression in an update of it.</summary>
    public const string NextOfInstance =
        """
        (select min(m.visible_at) from functions_host.durable_messages m
         where m.instance = durable_instances.id and (durable_instances.status <> 'Suspended' or m.kind = 'control'))
        """;

    /// <summary>The states of an instance that has not ended.</summary>
    public static string[] Open { get; } = ["Pending", "Running", "Suspended"];

    /// <summary>Sends to an instance that has not ended and, where one is given, still is in that execution.</summary>
    public static void Send(NpgsqlBatch batch, string instance, string kind, HistoryEvent message, DateTime now, Guid? execution = null)
    {
        batch.Add(
            """
            insert into functions_host.durable_messages (instance, visible_at, kind, event)
            select id, $2, $3, $4 from functions_host.durable_instances
            where id = $1 and status = any($5) and execution = coalesce($6, execution)
            """,
            instance, now, kind, message.ToJson(), Open, execution);
        batch.Add(
            """
            update functions_host.durable_instances set wake_at = least(wake_at, $2)
            where id = $1 and status = any($3) and ((history_length > 0 and (status <> 'Suspended' or $4)) or $5)
            """,
            instance, now, Open, kind == "control", message is ExecutionTerminatedEvent);
    }

    public static void SendToChildren(NpgsqlBatch batch, string parent, ControlEvent message, DateTime now)
    {
        batch.Add(
            """
            insert into functions_host.durable_messages (instance, visible_at, kind, event)
            select id, $2, 'control', $3 from functions_host.durable_instances where parent = $1 and status = any($4)
            """,
            parent, now, message.ToJson(), Open);
        batch.Add("update functions_host.durable_instances set wake_at = least(wake_at, $2) where parent = $1 and status = any($3)", parent, now, Open);
    }

    /// <summary>PostgreSQL's text takes every character but NUL, and no half of a surrogate pair.</summary>
    public static string? Storable(string? text) =>
        text is null ? null : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');
}
