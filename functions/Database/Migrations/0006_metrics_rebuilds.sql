-- The nightly look over every customer's figures, once a business's local date has changed. One row a business: the last
-- rebuild; and one a partition of it, written in the transaction that did its work, so that a kill neither loses nor
-- counts anything twice.

create table metrics_rebuilds (
    business_id uuid primary key references businesses (id),
    local_day date not null,
    status text not null check (status in ('RUNNING', 'COMPLETED', 'FAILED')),
    partitions int check (partitions >= 0),
    started_at timestamptz not null,
    finished_at timestamptz,
    check ((status = 'RUNNING') = (finished_at is null))
);
comment on table metrics_rebuilds is 'The last rebuild of a business''s customer metrics.';
comment on column metrics_rebuilds.local_day is 'The date in the business''s zone that it was started for.';
comment on column metrics_rebuilds.partitions is 'How many pieces the customers were cut into; null until they are.';

create table metrics_rebuild_partitions (
    business_id uuid not null references metrics_rebuilds (business_id) on delete cascade,
    local_day date not null,
    number int not null,
    customers int not null,
    corrected int not null,
    primary key (business_id, local_day, number)
);
comment on column metrics_rebuild_partitions.customers is 'Customers looked at.';
comment on column metrics_rebuild_partitions.corrected is 'Those whose figures were not what their transactions say.';

do $$
declare
    owned text;
begin
    foreach owned in array array['metrics_rebuilds', 'metrics_rebuild_partitions'] loop
        execute format('alter table %I enable row level security', owned);
        execute format($policy$create policy one_business on %I to app
            using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
            with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)$policy$, owned);
        execute format('grant select, insert, update, delete on %I to app', owned);
    end loop;
end
$$;

create policy sweeps on metrics_rebuilds to worker using (true);
grant select on metrics_rebuilds to worker;

-- By which a business's customers are cut into partitions and a partition is read.
create index customer_metrics_of_business on customer_metrics (business_id, customer_id);
