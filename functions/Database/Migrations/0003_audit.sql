-- Who saw or changed which customer. Append-only for everyone but the schema's owner; no personal data of its own: ids,
-- the route's template (never the URL), a correlation id. Each process writes one chain, keyed by HMAC; checkpoints sign
-- the heads of all chains, so that a changed, reordered or removed row before the last checkpoint is found and named.

create table audit_log (
    writer uuid not null,
    sequence bigint not null check (sequence > 0),
    occurred_at timestamptz not null,
    business_id uuid not null,
    caller text not null,
    roles text not null,
    action text not null,
    route text not null,
    customers uuid[] not null,
    correlation_id text not null,
    mac bytea not null,
    primary key (writer, sequence)
);
comment on table audit_log is 'One row a request with the customers it showed or changed, one a run for set-based jobs.';
comment on column audit_log.mac is 'HMAC-SHA256 over the mac before it in the chain (32 zero bytes at the start) and this row.';
create index audit_log_of_business on audit_log (business_id, occurred_at desc);

create table audit_heads (
    writer uuid primary key,
    sequence bigint not null,
    mac bytea not null,
    signed_sequence bigint not null default 0
);
comment on table audit_heads is 'Where each chain ends, so that signing need not search for it. Proves nothing: what counts is signed in the checkpoints.';

create table audit_checkpoints (
    sequence bigint primary key check (sequence > 0),
    signed_at timestamptz not null,
    heads jsonb not null,
    previous_mac bytea not null,
    mac bytea not null
);
comment on table audit_checkpoints is 'heads: [{writer, sequence, mac}] of the chains that grew since the checkpoint before.';

alter table audit_log enable row level security;
create policy one_business on audit_log to app
    using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
    with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid);
grant select on audit_log to app;

-- The writer of a process commits the rows of all its requests together, whichever business they are of.
create policy sweeps on audit_log to worker using (true) with check (true);
grant select, insert on audit_log to worker;
grant select, insert on audit_checkpoints to worker;
grant select, insert, update on audit_heads to worker;
