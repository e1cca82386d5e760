-- An event that was on its way when its customer was erased may name them by the business's own number alone.

alter table erasure_ledger add column external_id_digest bytea;
comment on column erasure_ledger.external_id_digest is 'Null for who had no such number, and for who was erased before this column was here.';
create index erasure_ledger_of_external_id on erasure_ledger (business_id, external_id_digest) where external_id_digest is not null;
create index erasure_ledger_of_customer on erasure_ledger (customer_id);
