-- What other modules tell of points, rewards, messages and the business itself, and the timeline that shows all of it.

alter table businesses add column told_at timestamptz;
comment on column businesses.told_at is 'Since when what businesses.business.changed told last has held; null where nothing was told.';

-- A business is first heard of by an event. The policy lets a caller make the one business that the token names.
grant insert on businesses to app;

create table loyalty_balance_changes (
    id uuid primary key,
    business_id uuid not null,
    customer_id uuid not null,
    balance bigint not null,
    qualifying_points bigint,
    changed_by text not null check (length(changed_by) between 1 and 255),
    occurred_at timestamptz not null,
    created_at timestamptz not null,
    foreign key (business_id, customer_id) references customers (business_id, id)
);
comment on table loyalty_balance_changes is 'Every balance that was told, in whatever order; the latest is the one in loyalty_balances.';
create index loyalty_balance_changes_of_customer on loyalty_balance_changes (customer_id, occurred_at desc, id desc);
insert into loyalty_balance_changes (id, business_id, customer_id, balance, qualifying_points, changed_by, occurred_at, created_at)
select gen_random_uuid(), business_id, customer_id, balance, qualifying_points, changed_by, occurred_at, updated_at from loyalty_balances;

-- A timeline reads each kind of entry newest first.
create index customer_notes_by_time on customer_notes (customer_id, created_at desc, id desc);

-- One row a business that has moved to another time zone: the local days of its transactions are counted anew. number
-- tells a later move from an earlier one that is still being worked on.
create table zone_changes (
    business_id uuid primary key references businesses (id),
    number bigint not null default 1,
    wanted_at timestamptz not null,
    finished_at timestamptz
);
comment on table zone_changes is 'The last move of a business to another time zone; finished_at is null while its transactions'' days are counted anew.';
create index zone_changes_open on zone_changes (business_id) where finished_at is null;

-- What has not had its effect is counted by what it is and why.
create index inbox_without_effect on inbox (business_id, outcome, type, code, first_received_at, received_at)
    where outcome in ('unlinked', 'retry', 'rejected');
drop index inbox_unsettled;

do $$
declare
    owned text;
begin
    foreach owned in array array['loyalty_balance_changes', 'zone_changes'] loop
        execute format('alter table %I enable row level security', owned);
        execute format($policy$create policy one_business on %I to app
            using (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)
            with check (business_id = nullif(current_setting('nxloy.business', true), '')::uuid)$policy$, owned);
        execute format('grant select, insert, update, delete on %I to app', owned);
    end loop;
end
$$;

create policy sweeps on zone_changes to worker using (true);
grant select on zone_changes to worker;
