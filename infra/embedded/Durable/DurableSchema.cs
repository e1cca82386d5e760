namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// The durable task hub's tables. An instance has one history and a queue of messages; <c>wake_at</c> (business time) says
/// when its next step is due, so that sleeping instances cost nothing. Work belongs to a process while its row in
/// <c>durable_workers</c> is alive (machine time: the database's clock). A message is an outcome of something asked for,
/// an event, or control. JSON is kept as text, which takes every escape.
/// </summary>
internal static class DurableSchema
{
    public const string Sql =
        """
        create table if not exists functions_host.durable_workers (
          id uuid primary key,
          alive_until timestamptz not null);
        create table if not exists functions_host.durable_instances (
          id text primary key,
          execution uuid not null,
          name text not null,
          version text not null,
          parent text,
          status text not null,
          start_event text not null,
          input text,
          output text,
          custom_status text,
          history_length int not null default 0,
          created_at timestamptz not null,
          last_updated_at timestamptz not null,
          wake_at timestamptz,
          worker uuid);
        create index if not exists durable_instances_due on functions_host.durable_instances (wake_at) where wake_at is not null;
        create index if not exists durable_instances_by_age on functions_host.durable_instances (created_at, id);
        create index if not exists durable_instances_claimed on functions_host.durable_instances (worker) where worker is not null;
        create index if not exists durable_instances_of_parent on functions_host.durable_instances (parent) where parent is not null;
        create table if not exists functions_host.durable_history (
          instance text not null references functions_host.durable_instances on delete cascade,
          sequence int not null,
          event text not null,
          primary key (instance, sequence));
        create table if not exists functions_host.durable_messages (
          id bigint generated always as identity primary key,
          instance text not null references functions_host.durable_instances on delete cascade,
          visible_at timestamptz not null,
          kind text not null,
          event text not null);
        create index if not exists durable_messages_of_instance on functions_host.durable_messages (instance, visible_at, id);
        create table if not exists functions_host.durable_activities (
          id bigint generated always as identity primary key,
          instance text not null references functions_host.durable_instances on delete cascade,
          execution uuid not null,
          task int not null,
          name text not null,
          input text,
          worker uuid);
        create index if not exists durable_activities_of_instance on functions_host.durable_activities (instance);
        create index if not exists durable_activities_claimed on functions_host.durable_activities (worker) where worker is not null;
        """;
}
