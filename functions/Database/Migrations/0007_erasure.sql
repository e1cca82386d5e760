-- Erasure: who asked for it and what became of it, what holds it up, and the ledger that outlives a restored database.

alter table customers add column erased_at timestamptz;
comment on column customers.erased_at is 'When the person was taken out of this row; what is left is a tombstone for figures to point at.';

-- So that what came in about a customer can be forgotten with it; null for what named none of ours.
alter table inbox add column customer_id uuid;
create index inbox_of_customer on inbox (customer_id) where customer_id is not null;

-- An email may stand in another system's number of a sale. Where it must go, the items and refunds of the sale go along.
alter table transaction_items drop constraint transaction_items_business_id_transaction_id_fkey;
alter table transaction_items add foreign key (business_id, transaction_id)
    references transactions (business_id, id) on delete cascade on update cascade;
alter table transactions drop constraint transactions_business_id_original_id_fkey;
alter table transactions add foreign key (business_id, original_id) references transactions (business_id, id) on update cascade;

-- The value with every match of the pattern in its texts and names replaced; numbers are no texts.
create function replace_in_json(value jsonb, pattern text, replacement text) returns jsonb
    language plpgsql immutable parallel safe
    as $$
begin
    return case jsonb_typeof(value)
        when 'string' then to_jsonb(regexp_replace(value #>> '{}', pattern, replacement, 'gi'))
        when 'array' then (
            select coalesce(jsonb_agg(replace_in_json(one, pattern, replacement) order by n), '[]')
            from jsonb_array_elements(value) with ordinality as e (one, n))
        when 'object' then (
            select coalesce(jsonb_object_agg(regexp_replace(name, pattern, replacement, 'gi'), replace_in_json(one, pattern, replacement)), '{}')
            from jsonb_each(value) as e (name, one))
        else value
    end;
end
$$;

create table erasure_requests (
    id uuid primary key,
    business_id uuid not null references businesses (id),
    customer_id uuid not null,
    status text not null check (status in ('PENDING', 'APPROVED', 'PROCESSING', 'COMPLETED', 'REJECTED', 'CANCELLED')),
    requested_by text not null,
    requested_as text not null check (requested_as in ('customer', 'owner', 'compliance', 'ledger')),
    reason text check (length(reason) <= 1000),
    requested_at timestamptz not null,
    due_at timestamptz not null,
    approved_by text,
    approved_at timestamptz,
    erase_at timestamptz,
    alerted_days int,
    ended_by text,
    ended_at timestamptz,
    end_reason text check (length(end_reason) <= 1000),
    erased_at timestamptz,
    erased_rows jsonb,
    sealed_identifiers bytea,
    identifiers_key bytea,
    repaired_rows int not null default 0,
    completed_at timestamptz,
    certificate text,
    is_swept boolean not null default false,
    foreign key (business_id, customer_id) references customers (business_id, id),
    check ((status in ('APPROVED', 'PROCESSING', 'COMPLETED')) <= (erase_at is not null)),
    check ((status in ('REJECTED', 'CANCELLED')) = (ended_at is not null)),
    check ((status in ('PROCESSING', 'COMPLETED')) = (erased_at is not null)),
    check ((status = 'COMPLETED') = (certificate is not null)),
    check (status <> 'COMPLETED' or (sealed_identifiers is null and identifiers_key is null))
);
comment on table erasure_requests is 'PENDING waits for approval, APPROVED for erase_at, PROCESSING has erased the rows and looks whether anything is left.';
comment on column erasure_requests.reason is 'pii: free text';
comment on column erasure_requests.end_reason is 'pii: free text';
comment on column erasure_requests.sealed_identifiers is 'pii: what the scan looks for, sealed under identifiers_key; both are gone once it has found nothing';
comment on column erasure_requests.identifiers_key is 'pii: opens sealed_identifiers';
comment on column erasure_requests.due_at is 'The earlier of 30 days and one calendar month after asking, in the business''s zone.';
comment on column erasure_requests.alerted_days is 'The last warning that nobody has approved: so many days before due_at; 0 is overdue.';
comment on column erasure_requests.erased_rows is '{table: rows changed or removed}, for the certificate.';
comment on column erasure_requests.certificate is 'JSON Web Signature (compact form) over what was erased, kept and scanned.';
comment on column erasure_requests.is_swept is 'Its ended orchestration has been purged.';
create unique index erasure_requests_open on erasure_requests (customer_id) where status in ('PENDING', 'APPROVED', 'PROCESSING');
create index erasure_requests_of_business on erasure_requests (business_id, requested_at desc, id desc);
create index erasure_requests_of_customer on erasure_requests (customer_id);
create index erasure_requests_unswept on erasure_requests (id) where not is_swept;

create table legal_holds (
    id uuid primary key,
    business_id uuid not null references businesses (id),
    customer_id uuid not null,
    ground text check (length(ground) between 1 and 1000),
    until timestamptz,
    placed_by text not null,
    placed_at timestamptz not null,
    released_by text,
    released_at timestamptz,
    foreign key (business_id, customer_id) references customers (business_id, id)
);
comment on table legal_holds is 'While one stands, its customer is not erased.';
comment on column legal_holds.ground is 'pii: free text; null after an erasure';
comment on column legal_holds.until is 'From then on it no longer holds; null until released.';
create index legal_holds_of_customer on legal_holds (customer_id, placed_at desc, id desc);

create table erasure_ledger (
    erasure_id uuid primary key,
    business_id uuid not null,
    customer_id uuid not null,
    erased_at timestamptz not null,
    email_digest bytea not null,
    phone_digest bytea,
    is_copied boolean not null default false
);
comment on table erasure_ledger is 'Who was erased: an id and digests keyed per business, so that who comes back is recognised and nobody else. Never deleted.';
comment on column erasure_ledger.business_id is 'Need not exist: the ledger may tell of a time after the backup that was restored.';
comment on column erasure_ledger.is_copied is 'Stands in blob storage too, where a restored database finds it again.';
create index erasure_ledger_of_email on erasure_ledger (business_id, email_digest);
create index erasure_ledger_of_phone on erasure_ledger (business_id, phone_digest) where phone_digest is not null;

do $$
declare
    owned text;
begin
    foreach owned in array array['erasure_requests', 'legal_holds', 'erasure_ledger'] loop
        execute format('alter table %I enable row level security', owned);
        execute format($policy$create policy one_business on %I to app
            using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
            with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)$policy$, owned);
        execute format('grant select, insert, update on %I to app', owned);
    end loop;
end
$$;

-- The sweeps learn which requests there are, and nothing of what stands in them.
create policy sweeps on erasure_requests to worker using (true);
grant select (id, business_id, status, is_swept) on erasure_requests to worker;
create policy sweeps on erasure_ledger to worker using (true);
grant select (erasure_id, business_id, is_copied) on erasure_ledger to worker;
