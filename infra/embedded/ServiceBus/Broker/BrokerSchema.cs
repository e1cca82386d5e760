namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>
/// The broker's tables. A queue is the rows that name it; a subscription is a queue that a topic copies into, and so is every
/// dead-letter queue. A message is locked while it has a lock token, and its lock is kept by the broker that gave it: in that
/// one's memory is when it expires, in <c>bus_brokers</c> whether it is still alive (machine time: the database's clock).
/// Taking and returning a message touches no indexed column, so it stays on its page and leaves nothing to clean in an index.
/// </summary>
internal static class BrokerSchema
{
    public const string Sql =
        """
        create table if not exists functions_host.bus_brokers (
          id uuid primary key,
          alive_until timestamptz not null);
        create sequence if not exists functions_host.bus_sequence;
        create table if not exists functions_host.bus_messages (
          queue text not null,
          sequence bigint not null,
          enqueued_at timestamptz not null,
          expires_at timestamptz,
          delivery_count int not null default 0,
          lock_token uuid,
          broker uuid,
          dead_letter_source text,
          dead_letter_reason text,
          dead_letter_description text,
          envelope bytea not null,
          content bytea not null,
          primary key (queue, sequence))
          with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
            autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000, autovacuum_vacuum_insert_threshold = -1);
        create table if not exists functions_host.bus_scheduled (
          queue text not null,
          due_at timestamptz not null,
          id bigint generated always as identity primary key,
          time_to_live interval,
          envelope bytea not null,
          content bytea not null);
        create index if not exists bus_scheduled_due on functions_host.bus_scheduled (due_at);
        create table if not exists functions_host.bus_message_ids (
          address text not null,
          message_id text not null,
          seen_at timestamptz not null,
          primary key (address, message_id));
        create index if not exists bus_message_ids_seen on functions_host.bus_message_ids (seen_at);
        """;
}
