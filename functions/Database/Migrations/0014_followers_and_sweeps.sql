-- What is wanted while an evaluation of everybody is under way may be about customers that it has looked at already.

alter table tier_runs
    add column again_kind text check (again_kind in ('day', 'configuration', 'request')),
    add column again_by text,
    add constraint tier_runs_again check ((again_kind is null) = (again_by is null));
comment on column tier_runs.again_kind is 'Why another is to follow it at once, as somebody (again_by) has wanted since it began; else null.';

-- Audits are read in the order of their versions, which tier_config_audits_of_version has.
drop index tier_config_audits_of_business;

-- The inbox remembers for some weeks, and a sweep of all businesses takes away what is older.

create index inbox_by_age on inbox (received_at);
create policy sweeps on inbox to worker using (true);
grant select (business_id, event_id, received_at), delete on inbox to worker;

-- What goes in a day is a small share of the table, so waiting for a fifth of it would be waiting for days.
alter table inbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
