-- How each customer came to its tier, so that an event and a run over everybody decide the same. docs/adr/0010 says why.

-- What the rules remember of a customer; one of whom there is nothing to remember has no row.
create table tier_states (
    customer_id uuid primary key,
    business_id uuid not null,
    ruled text not null check (ruled in ('BRONZE', 'SILVER', 'GOLD', 'PLATINUM')),
    steps jsonb not null,
    grace_from date,
    grace_until date,
    evaluated_on date not null,
    configuration_version bigint not null,
    check ((grace_from is null) = (grace_until is null)),
    foreign key (business_id, customer_id) references customers (business_id, id) on delete cascade
);
comment on column tier_states.ruled is 'The tier that the rules give; an override may stand above it.';
comment on column tier_states.steps is 'Each tier above BRONZE that the rules give, with the sales that lifted the customer to it.';
comment on column tier_states.grace_until is 'The first local day that is no longer protected.';
comment on column tier_states.evaluated_on is 'The local day, and configuration_version the thresholds, of which this is the state; what the business''s evaluation says counts where it is later.';
create index tier_states_of_business on tier_states (business_id, customer_id);

create table tier_evaluations (
    business_id uuid primary key references businesses (id),
    through_day date not null,
    configuration_version bigint not null
);
comment on table tier_evaluations is 'The local day, and the version of the thresholds, for which all of a business''s customers have been evaluated.';

create table tier_runs (
    id uuid primary key,
    business_id uuid not null references businesses (id),
    kind text not null check (kind in ('day', 'configuration', 'request')),
    status text not null check (status in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED')),
    local_day date,
    configuration_version bigint,
    partitions int check (partitions >= 0),
    requested_by text not null,
    requested_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    unique (business_id, id)
);
comment on table tier_runs is 'An evaluation of everybody: wanted, under way or done. What failed is tried again.';
comment on column tier_runs.local_day is 'Through which it evaluates, and configuration_version by which thresholds; null until it starts.';
comment on column tier_runs.partitions is 'How many pieces the customers were cut into; null until they are.';
create unique index tier_runs_open on tier_runs (business_id) where status <> 'COMPLETED';

create table tier_run_partitions (
    run_id uuid not null,
    business_id uuid not null,
    number int not null,
    customers int,
    changed int not null default 0,
    primary key (run_id, number),
    foreign key (business_id, run_id) references tier_runs (business_id, id) on delete cascade
);
comment on column tier_run_partitions.customers is 'How many it has; null until all of them have been evaluated.';
comment on column tier_run_partitions.changed is 'Those whose tier became another.';

-- Two changes may be of one instant, and then their order is that in which they were written.
alter table tier_changes add column sequence bigint generated always as identity;
drop index tier_changes_of_customer;
create index tier_changes_of_customer on tier_changes (customer_id, changed_at desc, sequence desc);

-- The tier that a customer holds is the one it changed to last: what is written of the one is true of the other.
create function hold_changed_tiers() returns trigger
    language plpgsql
    as $$
begin
    update customers c
    set loyalty_tier = last.to_tier, tier_updated_at = last.changed_at
    from (select distinct on (customer_id) business_id, customer_id, to_tier, changed_at from changed order by customer_id, sequence desc) last
    where c.business_id = last.business_id and c.id = last.customer_id;
    return null;
end
$$;
create trigger tier_changes_are_held after insert on tier_changes referencing new table as changed
    for each statement execute function hold_changed_tiers();

-- By which one partition's windows are summed without a look at the table, in the order of its customers.
create index transactions_in_windows on transactions (business_id, customer_id, local_day) include (amount, reversed_amount)
    where kind = 'SALE' and not is_voided;
create unique index tier_config_audits_of_version on tier_config_audits (business_id, configuration_version);

do $$
declare
    owned text;
begin
    foreach owned in array array['tier_states', 'tier_evaluations', 'tier_runs', 'tier_run_partitions'] loop
        execute format('alter table %I enable row level security', owned);
        execute format($policy$create policy one_business on %I to app
            using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
            with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)$policy$, owned);
        execute format('grant select, insert, update, delete on %I to app', owned);
    end loop;
end
$$;

create policy sweeps on tier_evaluations to worker using (true);
create policy sweeps on tier_runs to worker using (true);
grant select on tier_evaluations, tier_runs to worker;

-- Thresholds that were set before anything went by them.
insert into tier_runs (id, business_id, kind, status, requested_by, requested_at)
select gen_random_uuid(), business_id, 'configuration', 'QUEUED', updated_by, updated_at from tier_configurations;
