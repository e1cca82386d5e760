-- PostgreSQL asks the columns of a GIN index in their order and goes on to the next only where the one before matches. With
-- the text first the long list of the business's customers is looked into for each hit; with the business first it was for
-- each customer who shares the text's rarest trigram, and a search by part of a phone number took twice as long.
drop index customers_by_trigram;
create index customers_by_trigram on customers using gin (search_text gin_trgm_ops, business_id)
    with (fastupdate = off) where deleted_at is null;
