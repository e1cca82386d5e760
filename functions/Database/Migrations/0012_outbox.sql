-- The relay: what waits is found by whose it is, what the broker refuses for good is set aside, what was published goes
-- after some days.

alter table outbox
    add column refused_at timestamptz,
    add column refusal text,
    add constraint outbox_refusal check ((refused_at is null) = (refusal is null)),
    add constraint outbox_one_end check (published_at is null or refused_at is null);
comment on column outbox.published_at is 'When the broker took it; null while it waits.';
comment on column outbox.refused_at is 'When the broker refused it for good; it is not sent again unless this is set to null.';
comment on column outbox.refusal is 'AMQP''s name of the reason.';

-- Events of one key (the customer, or the business where there is none) are published in their order.
create index outbox_waiting on outbox ((coalesce(customer_id, business_id)), sequence) where published_at is null and refused_at is null;
drop index outbox_unpublished;
create index outbox_unpublished on outbox (sequence) where published_at is null and refused_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

-- A row lives for days and changes once: dead entries at the front of what waits are cleared early.
alter table outbox set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
