-- Exports: what a customer is told when asking for the own data. The table is 0001's; here it learns to wait for approval,
-- to be packed piece by piece, and to hold a person's package, which is of several businesses.

alter table customer_data_exports
    add column asked_in uuid references businesses (id),
    add column business_ids uuid[],
    add column customer_ids uuid[],
    add column requested_as text not null default 'owner' check (requested_as in ('customer', 'owner', 'compliance')),
    add column approval text not null default 'NOT_NEEDED' check (approval in ('NOT_NEEDED', 'WAITING', 'APPROVED', 'REJECTED')),
    add column decided_by text,
    add column decided_at timestamptz,
    add column decision_reason text check (length(decision_reason) <= 1000),
    add column alerted_days int,
    add column run int not null default 1,
    add column due_at timestamptz,
    add column wrapped_key bytea,
    add column last_fault text,
    add column failure_code text,
    add column file_blob text,
    add column file_bytes bigint,
    add column is_swept boolean not null default false;

update customer_data_exports e
set asked_in = c.business_id, business_ids = array[c.business_id], customer_ids = array[c.id]
from customers c
where c.id = e.customer_id;

alter table customer_data_exports
    alter column asked_in set not null,
    alter column business_ids set not null,
    alter column customer_ids set not null,
    alter column requested_as drop default,
    add check (business_id = asked_in and cardinality(business_ids) = 1 or business_id is null),
    add check (cardinality(business_ids) = cardinality(customer_ids) and business_ids[1] = asked_in and customer_ids[1] = customer_id),
    add check ((approval = 'WAITING') <= (status in ('PENDING', 'FAILED'))),
    add check ((status = 'COMPLETED') <= (file_blob is not null and wrapped_key is not null)),
    add check ((status in ('FAILED', 'EXPIRED')) <= (wrapped_key is null));
comment on column customer_data_exports.business_id is 'Null for a person''s package, which is of every business in business_ids.';
comment on column customer_data_exports.asked_in is 'The business it was asked for in; its blobs stand under this id.';
comment on column customer_data_exports.customer_ids is 'Who it is about, one at each of business_ids.';
comment on column customer_data_exports.decision_reason is 'pii: free text';
comment on column customer_data_exports.alerted_days is 'The last warning that nobody has decided: so many days before one calendar month is over; 0 is over.';
comment on column customer_data_exports.run is 'Counts retries; work of an earlier run leaves nothing behind.';
comment on column customer_data_exports.due_at is '24 hours after asking, or after approval; null while it waits for one.';
comment on column customer_data_exports.wrapped_key is 'What its blobs are encrypted under, wrapped by the setting Keys:Exports. Gone with the package.';
comment on column customer_data_exports.last_fault is 'What the last try that failed failed of.';
comment on column customer_data_exports.file_bytes is 'Length of the package as it is downloaded.';
comment on column customer_data_exports.is_swept is 'It has ended, and its blobs and its orchestration are gone.';

-- One open export of a type and scope; who asks again is answered with it. Of a person, several may be open: one for each
-- set of businesses that a token may see. The customers stand for their businesses.
create unique index customer_data_exports_open on customer_data_exports (customer_id, export_type, (business_id is null), customer_ids)
    where status in ('PENDING', 'PROCESSING');
create index customer_data_exports_asked_in on customer_data_exports (asked_in, created_at desc, id desc);
create index customer_data_exports_of_people on customer_data_exports (id) where business_id is null;
create index customer_data_exports_unfinished on customer_data_exports (updated_at) where status in ('PENDING', 'PROCESSING');
create index customer_data_exports_unswept on customer_data_exports (updated_at) where status in ('FAILED', 'EXPIRED') and not is_swept;
drop index customer_data_exports_of_business;

-- A person's package belongs to every business in it. Who of its people may see it, the app decides: only compliance
-- whose token names all of them.
drop policy one_business on customer_data_exports;
create policy one_business on customer_data_exports to app
    using (nullif(current_setting('nxloy.business', true), '')::uuid = any(business_ids))
    with check (nullif(current_setting('nxloy.business', true), '')::uuid = any(business_ids));

create table customer_data_export_sections (
    export_id uuid not null references customer_data_exports (id) on delete cascade,
    business_id uuid not null references businesses (id),
    customer_id uuid not null,
    section text not null,
    position int not null,
    rows bigint check (rows >= 0),
    as_of timestamptz,
    columns jsonb,
    attempt uuid,
    primary key (export_id, business_id, section),
    check ((rows is null) = (as_of is null) and (rows is null) = (columns is null)),
    check ((rows > 0) = (attempt is not null) or rows is null)
);
comment on table customer_data_export_sections is 'One row a section of a package; its rows are null until it is written.';
comment on column customer_data_export_sections.as_of is 'The instant that the section stands for.';
comment on column customer_data_export_sections.columns is '[{name, type}] of its rows.';
comment on column customer_data_export_sections.attempt is 'Names the blobs of the try that counts; null where there are no rows.';
alter table customer_data_export_sections enable row level security;
create policy one_business on customer_data_export_sections to app
    using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
    with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid);
grant select, insert, update, delete on customer_data_export_sections to app;

-- The sweeps learn which exports there are, and nothing of whom they are about or why.
create policy sweeps on customer_data_exports to worker using (true);
grant select (id, asked_in, status, approval, run, created_at, updated_at, expires_at, alerted_days, is_swept) on customer_data_exports to worker;
