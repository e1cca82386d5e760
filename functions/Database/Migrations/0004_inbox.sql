-- Events that came in, so that each has its effect once however often it is sent. Never the body: what an event said is
-- in the tables it changed. What was accepted is final; everything else is judged anew when it is sent again.

create table inbox (
    business_id uuid not null references businesses (id),
    event_id text collate "C" not null check (length(event_id) between 1 and 255),
    type text not null check (length(type) between 1 and 255),
    event_time timestamptz,
    outcome text not null check (outcome in ('accepted', 'duplicate', 'rejected', 'unlinked', 'retry')),
    code text,
    first_received_at timestamptz not null,
    received_at timestamptz not null,
    primary key (business_id, event_id)
);
comment on table inbox is 'What became of each event, by its id: never its body.';
comment on column inbox.event_time is 'The event''s own time attribute; null where it has none.';
comment on column inbox.code is 'Why it was rejected or is to be sent again; else null.';
comment on column inbox.first_received_at is 'When it came first; what waits for another event waits from here.';
create index inbox_unsettled on inbox (business_id, outcome, first_received_at) where outcome in ('unlinked', 'retry');

alter table inbox enable row level security;
create policy one_business on inbox to app
    using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
    with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid);
grant select, insert, update, delete on inbox to app;

-- A sale of a deleted customer counts as ever, so those are found by what they were known by, too. They are few.
create index customers_deleted_email on customers (business_id, email_key) where deleted_at is not null;
create index customers_deleted_phone on customers (business_id, phone) where deleted_at is not null and phone is not null;
create index customers_deleted_external_id on customers (business_id, external_id)
    where deleted_at is not null and external_id is not null;
