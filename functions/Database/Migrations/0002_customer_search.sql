-- Listing and searching customers: an index for each order and each filter, and the one way to search by substring.
--
-- Row-level security lets only leakproof operators into index conditions: comparisons of text, timestamptz, bigint and
-- uuid are, LIKE is not. So orders, ranges and prefixes are plain queries on the columns below, and substrings go through
-- the function at the end.

alter table customers add column external_key text collate "C" generated always as (fold(external_id)) stored;
comment on column customers.external_key is 'pii: generated from external_id';

-- Who never visited comes before everyone who did: null would have no place in a keyset.
alter table customer_metrics add column last_visit_order timestamptz not null
    generated always as (coalesce(last_visit_at, '-infinity')) stored;
comment on column customer_metrics.last_visit_order is 'last_visit_at, or -infinity for who never visited: what lists are ordered and filtered by.';

-- Orders. Figures live in customer_metrics, apart from the wide customers row: every purchase changes them, and must not
-- touch the indexes of names and texts.
create index customers_by_sort_name on customers (business_id, sort_name, id) where deleted_at is null;
create index customers_by_creation on customers (business_id, created_at, id) where deleted_at is null;
create index customer_metrics_by_spend on customer_metrics (business_id, total_spent_minor, customer_id);
create index customer_metrics_by_last_visit on customer_metrics (business_id, last_visit_order, customer_id);

-- Filters (tags have theirs, created and last visit are the orders above).
create index customers_by_tier on customers (business_id, loyalty_tier, id) where deleted_at is null;
create index customers_inactive on customers (business_id, id) where deleted_at is null and not is_active;

-- Deleted customers, for compliance, apart from the others: after an erasure they all sort as nameless.
create index customers_deleted on customers (business_id, id) where deleted_at is not null;
create index customers_deleted_by_sort_name on customers (business_id, sort_name, id) where deleted_at is not null;
create index customers_deleted_by_creation on customers (business_id, created_at, id) where deleted_at is not null;

-- Search by exact value and prefix; email and phone have their unique indexes.
create index customers_by_full_name on customers (business_id, full_name, id) where deleted_at is null;
create index customers_by_external_key on customers (business_id, external_key, id)
    where deleted_at is null and external_key is not null;

-- Search by substring. Without a pending list, which every search would have to read from end to end.
create index customers_by_trigram on customers using gin (business_id, search_text gin_trgm_ops)
    with (fastupdate = off) where deleted_at is null;

-- The current business's customers whose text contains one of two LIKE patterns; at most so many, in no order. Runs as the
-- schema's owner, past row-level security, so it takes the business from the session and from nobody else. Held to the
-- trigram index: any other plan reads every customer. It is right for rare terms; the caller finds out about common ones.
create function customers_containing(pattern text, other_pattern text, most int) returns setof uuid
    language plpgsql stable security definer rows 1000 set search_path = public, pg_temp
    set enable_seqscan = off set enable_indexscan = off set plan_cache_mode = force_generic_plan set jit = off
as $body$
declare
    business constant uuid := nullif(current_setting('nxloy.business', true), '')::uuid;
begin
    return query
    select c.id
    from customers c
    where c.business_id = business and c.deleted_at is null and (c.search_text like pattern or c.search_text like other_pattern)
    limit most;
end
$body$;
revoke all on function customers_containing from public;
grant execute on function customers_containing to app;
