-- Audit rows are kept for a number of months and then removed, up to a checkpoint. A record, keyed as the rows are, says
-- where every chain goes on: rows that are gone without one are missing, and are found and named.

create table audit_cuts (
    sequence bigint primary key check (sequence > 0),
    cut_at timestamptz not null,
    older_than timestamptz not null,
    checkpoint bigint not null unique,
    checkpoint_mac bytea not null,
    heads jsonb not null,
    previous_mac bytea not null,
    mac bytea not null
);
comment on table audit_cuts is 'heads: [{writer, sequence, mac}], the last row removed of each chain. Checkpoints up to checkpoint, all signed before older_than, are gone too.';
grant select on audit_cuts to worker;

-- The only way for anyone but the schema's owner to remove audit rows: the record first, and nothing but what it says.
-- Of two that come at once the second finds the number taken, and removes nothing.
create function cut_audit(
    sequence bigint, cut_at timestamptz, older_than timestamptz, checkpoint bigint, checkpoint_mac bytea, heads jsonb,
    previous_mac bytea, mac bytea) returns bigint
language plpgsql security definer set search_path = public, pg_temp
as $$
#variable_conflict use_column
declare
    removed bigint;
begin
    insert into audit_cuts (sequence, cut_at, older_than, checkpoint, checkpoint_mac, heads, previous_mac, mac)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict do nothing;
    if not found then
        return 0;
    end if;

    delete from audit_log l
    using jsonb_to_recordset($6) as h (writer uuid, sequence bigint)
    where l.writer = h.writer and l.sequence <= h.sequence;
    get diagnostics removed = row_count;

    -- Chains that are gone altogether; their writers have long begun others.
    delete from audit_heads a
    using jsonb_to_recordset($6) as h (writer uuid, sequence bigint)
    where a.writer = h.writer and a.sequence <= h.sequence;

    delete from audit_checkpoints c where c.sequence <= $4;
    return removed;
end
$$;
revoke execute on function cut_audit from public;
grant execute on function cut_audit to worker;
