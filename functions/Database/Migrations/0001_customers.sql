-- Customers and what they stand on. Names and columns are the specification's; what differs is decided in docs/adr.
-- Every business-owned table carries business_id and row-level security (end of file). A column that holds personal
-- data says so in its comment ('pii: ...'); whoever adds one adds its line in the erasure.

create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create extension if not exists unaccent;

-- Two roles that own nothing. Where they log in (locally the launcher, on Azure the deployment) is not the schema's
-- business, so they are only made if they are missing.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['app', 'worker'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin noinherit nobypassrls', wanted);
            exception when duplicate_object or unique_violation then
                null; -- roles belong to the cluster: another database was first
            end;
        end if;
    end loop;
end
$$;

grant usage on schema public to app, worker;

-- How text is compared in searches: without case, accents or compatibility forms.
create function fold(value text) returns text
    language sql immutable strict parallel safe
    as $$ select lower(public.unaccent('public.unaccent'::regdictionary, normalize(value, NFKC))) $$;
comment on function fold(text) is 'Case- and accent-insensitive form of a text; used for searching and sorting, never shown.';

create table businesses (
    id uuid primary key,
    name text not null check (length(name) between 1 and 255),
    status text not null default 'ACTIVE' check (status in ('ACTIVE', 'CLOSED')),
    time_zone text not null default 'UTC',
    currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
    default_region text not null default 'US' check (default_region ~ '^[A-Z]{2}$'),
    consent_mode text not null default 'opt_out' check (consent_mode in ('opt_out', 'opt_in')),
    default_margin numeric(5, 4) not null default 1 check (default_margin between 0 and 1),
    acquisition_cost numeric(18, 4) not null default 0 check (acquisition_cost >= 0),
    grace_months int not null default 3 check (grace_months between 0 and 24),
    privacy_contact text check (length(privacy_contact) <= 1000),
    processing_purposes text[] not null default '{}',
    retention_months int check (retention_months between 1 and 1200),
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
comment on table businesses is 'A data controller. Zone, currency, region and status come by businesses.business.changed.';
comment on column businesses.default_margin is 'Share of revenue that is margin, 0-1, used where lifetime value knows no better.';
comment on column businesses.acquisition_cost is 'Cost of winning one customer, in the business''s currency.';
comment on column businesses.grace_months is 'Months that a tier is kept after its figures fell below.';

create table people (
    id uuid primary key,
    created_at timestamptz not null
);
comment on table people is 'The many-to-many between persons and businesses: an id, tied to customers rows by a compliance caller, nothing else.';

create table customers (
    id uuid primary key,
    business_id uuid not null references businesses (id),
    person_id uuid references people (id),
    external_id text check (length(external_id) between 1 and 255),
    email text not null check (length(email) <= 255),
    phone text collate "C" check (phone ~ '^\+[1-9][0-9]{1,14}$'),
    first_name text check (length(first_name) between 1 and 100),
    last_name text check (length(last_name) between 1 and 100),
    date_of_birth date,
    preferred_language text not null default 'EN' check (length(preferred_language) between 2 and 10),
    telegram_chat_id text check (length(telegram_chat_id) between 1 and 255),
    loyalty_tier text not null default 'BRONZE' check (loyalty_tier in ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    tier_updated_at timestamptz not null,
    is_active boolean not null default true,
    referral_code text not null check (length(referral_code) between 6 and 32),
    referred_by uuid references customers (id),
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    deletion_reason text check (length(deletion_reason) <= 1000),

    email_key text collate "C" generated always as (lower(email)) stored,
    full_name text collate "C" generated always as
        (fold(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')))) stored,
    sort_name text collate "C" generated always as
        (fold(trim(coalesce(last_name, '') || ' ' || coalesce(first_name, '')))) stored,
    -- One text for substring search. Line ends part the fields, so no term matches across two of them.
    search_text text collate "C" generated always as
        (fold(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) || e'\n' || lower(email) || e'\n'
            || coalesce(phone, '') || e'\n' || coalesce(fold(external_id), '')) stored,

    unique (business_id, id),
    constraint customers_referral_code_key unique (business_id, referral_code)
);
comment on table customers is 'One person at one business.';
comment on column customers.external_id is 'pii: the business''s own number for the customer';
comment on column customers.email is 'pii: as typed, trimmed; compared without case';
comment on column customers.phone is 'pii: E.164';
comment on column customers.first_name is 'pii: given name';
comment on column customers.last_name is 'pii: family name';
comment on column customers.date_of_birth is 'pii: date of birth';
comment on column customers.telegram_chat_id is 'pii: address on Telegram';
comment on column customers.referral_code is 'pii: a name the customer is known by to others';
comment on column customers.person_id is 'pii: ties the rows of one person; never answered but to compliance';
comment on column customers.preferred_language is 'pii: language tag';
comment on column customers.deletion_reason is 'pii: free text';
comment on column customers.email_key is 'pii: generated from email';
comment on column customers.full_name is 'pii: generated from the names';
comment on column customers.sort_name is 'pii: generated from the names';
comment on column customers.search_text is 'pii: generated from name, email, phone and external id';
comment on column customers.version is 'What an ETag shows: counts changes of what a client may write.';
comment on column customers.tier_updated_at is 'When the tier held now was reached.';

create unique index customers_email_key on customers (business_id, email_key) where deleted_at is null;
create unique index customers_phone_key on customers (business_id, phone) where deleted_at is null and phone is not null;
create unique index customers_external_id_key on customers (business_id, external_id)
    where deleted_at is null and external_id is not null;
create unique index customers_person_key on customers (person_id, business_id) where person_id is not null;
create index customers_by_referrer on customers (business_id, referred_by, created_at, id) where referred_by is not null;

create table customer_metrics (
    customer_id uuid primary key,
    business_id uuid not null,
    total_spent numeric(18, 4) not null default 0,
    total_spent_minor bigint generated always as ((total_spent * 10000)::bigint) stored,
    visit_count int not null default 0 check (visit_count >= 0),
    first_visit_at timestamptz,
    first_visit_on date,
    last_visit_at timestamptz,
    last_visit_on date,
    updated_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on table customer_metrics is 'Maintained figures of a customer; every customer has a row from its creation on.';
comment on column customer_metrics.total_spent_minor is
    'total_spent in ten-thousandths: an integer, because numeric comparison is not leakproof and would not use an index under row-level security.';
comment on column customer_metrics.last_visit_on is 'Local date in the business''s zone of the last sale that stands.';

-- normalize() needs no name of a form: NFC, so that a letter typed with a combining accent is the same letter.
create function tag_key(tag text) returns text
    language sql immutable strict parallel safe
    as $$ select lower(normalize(tag)) $$;
comment on function tag_key(text) is 'By what a tag is one tag: without case, in composed form.';

create table customer_tags (
    business_id uuid not null,
    customer_id uuid not null,
    tag text not null check (length(tag) between 1 and 50),
    tag_key text collate "C" generated always as (tag_key(tag)) stored,
    created_by text not null,
    created_at timestamptz not null,
    primary key (customer_id, tag_key),
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on column customer_tags.tag is 'pii: free text about the customer';
comment on column customer_tags.tag_key is 'pii: generated from tag';
create index customer_tags_by_tag on customer_tags (business_id, tag_key, customer_id);

create table customer_notes (
    id uuid primary key,
    business_id uuid not null,
    customer_id uuid not null,
    body text not null check (length(body) between 1 and 5000),
    author text not null,
    is_pinned boolean not null default false,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on column customer_notes.body is 'pii: free text about the customer, and perhaps about others';
create index customer_notes_of_customer on customer_notes (customer_id, is_pinned desc, created_at desc, id desc);

create table customer_communication_preferences (
    customer_id uuid primary key,
    business_id uuid not null,
    email_marketing boolean not null,
    sms_marketing boolean not null,
    push_notifications boolean not null,
    loyalty_updates boolean not null,
    transaction_receipts boolean not null,
    promotional_offers boolean not null,
    survey_invitations boolean not null,
    newsletter_subscription boolean not null,
    frequency text not null default 'IMMEDIATE' check (frequency in ('IMMEDIATE', 'DAILY_DIGEST', 'WEEKLY_DIGEST')),
    preferred_channel text not null default 'EMAIL' check (preferred_channel in ('EMAIL', 'SMS', 'PUSH')),
    timezone text,
    quiet_hours_start time,
    quiet_hours_end time,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check ((quiet_hours_start is null) = (quiet_hours_end is null) and quiet_hours_start is distinct from quiet_hours_end
        or quiet_hours_start is null and quiet_hours_end is null),
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on column customer_communication_preferences.timezone is 'pii: IANA zone; null means the business''s';

create table consent_changes (
    id uuid primary key,
    business_id uuid not null,
    customer_id uuid not null,
    flag text not null,
    granted boolean not null,
    source text not null,
    wording_version text,
    changed_by text not null,
    changed_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
create index consent_changes_of_customer on consent_changes (customer_id, changed_at desc, id desc);

create table customer_segments (
    id uuid primary key,
    business_id uuid not null references businesses (id),
    name text not null check (length(name) between 1 and 255),
    description text check (length(description) <= 5000),
    criteria jsonb not null,
    is_active boolean not null default true,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    unique (business_id, id)
);
create unique index customer_segments_name_key on customer_segments (business_id, lower(name)) where deleted_at is null;

create table customer_segment_assignments (
    business_id uuid not null,
    segment_id uuid not null,
    customer_id uuid not null,
    assigned_at timestamptz not null,
    last_calculated timestamptz not null,
    primary key (segment_id, customer_id),
    foreign key (business_id, segment_id) references customer_segments (business_id, id) on delete cascade,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
create index customer_segment_assignments_of_customer on customer_segment_assignments (customer_id);

create table tier_configurations (
    id uuid primary key,
    business_id uuid not null unique references businesses (id),
    thresholds jsonb not null,
    updated_by text not null,
    version bigint not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null
);

create table tier_config_audits (
    id uuid primary key,
    config_id uuid not null references tier_configurations (id) on delete cascade,
    business_id uuid not null references businesses (id),
    previous_thresholds jsonb,
    new_thresholds jsonb not null,
    changed_by text not null,
    changed_at timestamptz not null,
    reason text
);
create index tier_config_audits_of_business on tier_config_audits (business_id, changed_at desc, id desc);

create table tier_changes (
    id uuid primary key,
    business_id uuid not null,
    customer_id uuid not null,
    from_tier text not null check (from_tier in ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    to_tier text not null check (to_tier in ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    cause text not null check (cause in ('threshold', 'grace_ended', 'reversal', 'override', 'configuration', 'initial')),
    measures jsonb,
    configuration_version bigint,
    actor text not null,
    reason text,
    changed_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on column tier_changes.reason is 'pii: free text';
create index tier_changes_of_customer on tier_changes (customer_id, changed_at desc, id desc);

create table tier_overrides (
    customer_id uuid primary key,
    business_id uuid not null,
    tier text not null check (tier in ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    reason text,
    last_day date,
    created_by text not null,
    created_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on table tier_overrides is 'A tier set by hand; it stands above the rules until its last day has passed.';
comment on column tier_overrides.reason is 'pii: free text';

create table customer_data_exports (
    id uuid primary key,
    business_id uuid references businesses (id),
    customer_id uuid not null references customers (id),
    export_type text not null check (export_type in ('GDPR_FULL', 'GDPR_BASIC', 'BUSINESS_ANALYTICS')),
    status text not null default 'PENDING' check (status in ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED', 'EXPIRED')),
    requested_by text not null,
    request_reason text,
    export_data jsonb,
    file_url text,
    expires_at timestamptz not null,
    completed_at timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
comment on column customer_data_exports.request_reason is 'pii: free text';
create index customer_data_exports_of_customer on customer_data_exports (customer_id);
create index customer_data_exports_of_business on customer_data_exports (business_id, created_at desc, id desc);
create index customer_data_exports_expiring on customer_data_exports (expires_at) where status = 'COMPLETED';

create table customer_lifetime_values (
    customer_id uuid primary key,
    business_id uuid not null,
    current_ltv numeric(18, 4) not null,
    predicted_ltv numeric(18, 4),
    total_revenue numeric(18, 4) not null,
    average_order_value numeric(18, 4),
    purchase_frequency numeric(10, 4) not null,
    lifespan int not null,
    acquisition_cost numeric(18, 4),
    retention_rate numeric(5, 2),
    calculated_at timestamptz not null,
    model_version text not null,
    metadata jsonb,
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);

-- Neighbouring modules, as far as this system needs them; kept up to date by their events.

create table transactions (
    business_id uuid not null references businesses (id),
    id text not null check (length(id) between 1 and 255),
    customer_id uuid not null,
    kind text not null check (kind in ('SALE', 'REFUND', 'VOID')),
    amount numeric(18, 4) not null check (amount >= 0),
    currency text not null,
    occurred_at timestamptz not null,
    local_day date not null,
    original_id text,
    reversed_amount numeric(18, 4) not null default 0 check (reversed_amount >= 0 and reversed_amount <= amount),
    is_voided boolean not null default false,
    created_at timestamptz not null,
    primary key (business_id, id),
    check ((kind = 'SALE') = (original_id is null)),
    foreign key (business_id, customer_id) references customers (business_id, id),
    foreign key (business_id, original_id) references transactions (business_id, id)
);
comment on column transactions.local_day is 'The date in the business''s zone; a refund or void has its sale''s.';
comment on column transactions.reversed_amount is 'What refunds have taken from a sale so far.';
create index transactions_of_customer on transactions (customer_id, occurred_at desc, id desc);
create index transactions_of_sale on transactions (business_id, original_id) where original_id is not null;

create table transaction_items (
    business_id uuid not null,
    transaction_id text not null,
    line int not null,
    product text not null,
    category text,
    quantity numeric(14, 4) not null,
    unit_price numeric(18, 4) not null,
    primary key (business_id, transaction_id, line),
    foreign key (business_id, transaction_id) references transactions (business_id, id) on delete cascade
);

create table loyalty_balances (
    customer_id uuid primary key,
    business_id uuid not null,
    balance bigint not null,
    qualifying_points bigint,
    changed_by text not null,
    occurred_at timestamptz not null,
    updated_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id)
);

create table redemptions (
    business_id uuid not null,
    id text not null,
    customer_id uuid not null,
    reward text not null,
    points bigint not null,
    occurred_at timestamptz not null,
    primary key (business_id, id),
    foreign key (business_id, customer_id) references customers (business_id, id)
);
create index redemptions_of_customer on redemptions (customer_id, occurred_at desc, id desc);

create table communications (
    business_id uuid not null,
    id text not null,
    customer_id uuid not null,
    channel text not null,
    purpose text not null,
    campaign_id text,
    segment_id uuid,
    subject text,
    body text,
    occurred_at timestamptz not null,
    primary key (business_id, id),
    foreign key (business_id, customer_id) references customers (business_id, id)
);
comment on column communications.subject is 'pii: text sent to the customer';
comment on column communications.body is 'pii: text sent to the customer';
create index communications_of_customer on communications (customer_id, occurred_at desc, id desc);

-- Written in the transaction that makes the fact true; a relay publishes it afterwards, in order per customer.
create table outbox (
    sequence bigint generated always as identity primary key,
    id uuid not null unique,
    business_id uuid not null references businesses (id),
    customer_id uuid,
    type text not null,
    data jsonb not null,
    occurred_at timestamptz not null,
    published_at timestamptz
);
comment on table outbox is 'CloudEvents waiting to be published: id is the event id, type its type, data its payload (ids and facts, no PII).';
create index outbox_unpublished on outbox (sequence) where published_at is null;
create index outbox_of_customer on outbox (customer_id) where customer_id is not null;

create table idempotency_keys (
    business_id uuid not null references businesses (id),
    caller text not null,
    key text not null check (length(key) between 1 and 255),
    request_digest bytea not null,
    status int not null,
    resource_id uuid,
    expires_at timestamptz not null,
    primary key (business_id, caller, key)
);
comment on table idempotency_keys is 'What a POST answered, for 24 hours: a keyed digest of the request, the status and the id, never a body.';
create index idempotency_keys_expiring on idempotency_keys (expires_at);

-- Row-level security: app sees one business, the one named in the same round trip as the query; worker sees only the
-- tables named here, for sweeps and timers. A query that forgets its business finds nothing.
do $$
declare
    owned text;
begin
    foreach owned in array array[
        'customers', 'customer_metrics', 'customer_tags', 'customer_notes', 'customer_communication_preferences',
        'consent_changes', 'customer_segments', 'customer_segment_assignments', 'tier_configurations',
        'tier_config_audits', 'tier_changes', 'tier_overrides', 'customer_data_exports', 'customer_lifetime_values', 'transactions',
        'transaction_items', 'loyalty_balances', 'redemptions', 'communications', 'outbox', 'idempotency_keys'] loop
        execute format('alter table %I enable row level security', owned);
        execute format($policy$create policy one_business on %I to app
            using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
            with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)$policy$, owned);
        execute format('grant select, insert, update, delete on %I to app', owned);
    end loop;
end
$$;

alter table businesses enable row level security;
create policy one_business on businesses to app
    using (id = nullif(current_setting('nxloy.business', true), '')::uuid)
    with check (id = nullif(current_setting('nxloy.business', true), '')::uuid);
grant select, update on businesses to app;

-- No business owns a person: the ids say nothing, and no answer but compliance's carries them. app may not even list
-- them; whether anyone is still tied only the owner can see, past the walls between businesses.
grant insert on people to app;
create function forget_person_without_customers(person uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, public
    as $$
begin
    -- Whoever ties a customer to this person at the moment is waited for, and then seen.
    perform from people where id = person for update;
    delete from people where id = person and not exists (select from customers where person_id = person);
end
$$;
comment on function forget_person_without_customers(uuid) is 'Deletes a person that no customer is tied to any more.';
revoke execute on function forget_person_without_customers(uuid) from public;
grant execute on function forget_person_without_customers(uuid) to app;

create policy sweeps on businesses to worker using (true);
create policy sweeps on outbox to worker using (true);
create policy sweeps on idempotency_keys to worker using (true);
grant select on businesses to worker;
grant select, update, delete on outbox to worker;
grant select, delete on idempotency_keys to worker;
