-- Events that came over the bus and have had no effect: those that are tried again, and those that cannot succeed. They
-- wait here and not in the bus, where no erasure could look for them.

create table dead_letters (
    id uuid primary key,
    business_id uuid,
    event_id text collate "C" check (length(event_id) between 1 and 255),
    event_type text check (length(event_type) <= 255),
    event_source text check (length(event_source) <= 255),
    event_time timestamptz,
    digest text,
    state text not null check (state in ('WAITING', 'DEAD', 'SETTLED')),
    code text not null check (length(code) <= 255),
    detail text check (length(detail) <= 2000),
    body text,
    customer_id uuid,
    customer_external_id text,
    customer_email text,
    customer_phone text,
    attempts int not null,
    arrived_at timestamptz not null,
    due_at timestamptz,
    dead_at timestamptz,
    settled_at timestamptz,
    settled_by text,
    reason text check (length(reason) <= 1000),
    check ((event_id is null) = (digest is not null)),
    check ((state = 'WAITING') = (due_at is not null)),
    check (state <> 'WAITING' or (business_id is not null and event_id is not null and body is not null)),
    check ((state = 'SETTLED') = (settled_at is not null)),
    check (state <> 'DEAD' or dead_at is not null),
    check (state <> 'SETTLED' or (
        body is null and detail is null and customer_id is null and customer_external_id is null and customer_email is null and customer_phone is null))
);
comment on table dead_letters is 'Events from the bus without effect: WAITING is tried again at due_at, DEAD is not, SETTLED keeps only what it was and why.';
comment on column dead_letters.business_id is 'Whose event it says it is, which need not exist; null where it says nothing that can be read.';
comment on column dead_letters.digest is 'Of what has no id of its own: the same message parked twice is one row. Says nothing any more once it is settled.';
comment on column dead_letters.code is 'Of a closed vocabulary: why it has had no effect.';
comment on column dead_letters.detail is 'pii: event: says what is wrong; what other programs say may repeat a value';
comment on column dead_letters.body is 'pii: event: as it was sent, its escapes undone';
comment on column dead_letters.customer_id is 'Whom it says it is about: an id that need not exist.';
comment on column dead_letters.customer_external_id is 'pii: event: the same by the business''s own number';
comment on column dead_letters.customer_email is 'pii: event: the same by email, in lower case';
comment on column dead_letters.customer_phone is 'pii: event: the same by phone, E.164 where it is one';
comment on column dead_letters.arrived_at is 'When it came first; what waits for another event waits from here.';
comment on column dead_letters.settled_by is 'Who discarded it; null for the sweep.';
comment on column dead_letters.reason is 'pii: free text; why it was discarded';

-- One row an event, however often it is sent; apart for those of no business, since PostgreSQL 14 takes each null for another.
create unique index dead_letters_key on dead_letters (business_id, (coalesce(event_id, digest)));
create unique index dead_letters_key_of_nobody on dead_letters ((coalesce(event_id, digest))) where business_id is null;
create index dead_letters_due on dead_letters (due_at, business_id) where state = 'WAITING';
create index dead_letters_dead on dead_letters (dead_at) where state = 'DEAD';
create index dead_letters_of_business on dead_letters (business_id, arrived_at desc, id desc);
create index dead_letters_of_business_by_state on dead_letters (business_id, state, arrived_at desc, id desc);
create index dead_letters_of_customer on dead_letters (business_id, customer_id) where customer_id is not null;
create index dead_letters_of_external_id on dead_letters (business_id, customer_external_id) where customer_external_id is not null;
create index dead_letters_of_email on dead_letters (business_id, customer_email) where customer_email is not null;
create index dead_letters_of_phone on dead_letters (business_id, customer_phone) where customer_phone is not null;

alter table dead_letters enable row level security;
create policy one_business on dead_letters to app
    using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
    with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid);
grant select, insert, update, delete on dead_letters to app;

-- The sweeps learn what is due and empty what is old; they read nothing of what an event says. What names no business
-- the mover can only put down.
create policy sweeps on dead_letters to worker using (true);
grant select (id, business_id, state, due_at, dead_at, digest) on dead_letters to worker;
grant insert on dead_letters to worker;
grant update (state, settled_at, body, detail, customer_id, customer_external_id, customer_email, customer_phone, digest) on dead_letters to worker;

-- What names no business no business may read, and still it may name somebody whom one of them erases.
create function forget_dead_letters_of_nobody(pattern text) returns int
    language plpgsql security definer set search_path = pg_catalog, public
    as $$
declare
    forgotten int;
begin
    delete from dead_letters
    where business_id is null and concat_ws(' ', event_id, event_type, event_source, detail, body) ~* pattern;
    get diagnostics forgotten = row_count;
    return forgotten;
end
$$;
comment on function forget_dead_letters_of_nobody(text) is 'Deletes what names no business and matches the pattern, and says how many rows that were.';
revoke execute on function forget_dead_letters_of_nobody(text) from public;
grant execute on function forget_dead_letters_of_nobody(text) to app;
