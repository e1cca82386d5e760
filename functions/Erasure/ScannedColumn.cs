using NxLoy.Functions.Database;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// Where a text could stand, read from the schema itself, so that a new table is scanned without anybody thinking of it:
/// every column of text or JSON that the app may change. What it may only read (the audit log) holds ids by design.
/// </summary>
internal sealed record ScannedColumn
{
    public required string Table { get; init; }
    public required string Column { get; init; }

    /// <summary>text, texts (an array) or json.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// Its comment says that it holds personal data: what people write of each other. What programs write in events is
    /// none: a number there may be any number.
    /// </summary>
    public required bool IsFreeText { get; init; }

    /// <summary>Part of a unique key: what takes an identifier's place must not meet its like.</summary>
    public required bool IsKey { get; init; }

    /// <summary>Characters; null where the schema sets no limit.</summary>
    public required int? MaxLength { get; init; }

    /// <summary>Whether a version counts the table's changes.</summary>
    public required bool IsVersioned { get; init; }

    public required bool HasCustomer { get; init; }

    /// <summary>How many rows PostgreSQL believes the table to have, of all businesses.</summary>
    public required float Rows { get; init; }

    /// <summary>Whether a row may be of several businesses.</summary>
    public required bool IsOfSeveral { get; init; }

    // Words of a closed vocabulary, and names of zones, currencies and flags: a customer number "RECEIPT" is not meant there.
    private static readonly string[] Vocabularies =
    [
        "code", "outcome", "kind", "channel", "purpose", "flag", "source", "currency", "time_zone", "timezone", "preferred_language",
        "default_region", "model_version", "wording_version", "section", "refusal",
    ];

    /// <summary>Of one table, or of all.</summary>
    public static Task<IReadOnlyList<ScannedColumn>> ReadAsync(Session session, string? table = null) => session.QueryAsync<ScannedColumn>(
        """
        select t.relname::text as table, a.attname::text as column, t.reltuples as rows,
            case when a.atttypid = 'text[]'::regtype then 'texts' when a.atttypid = 'jsonb'::regtype then 'json' else 'text' end as kind,
            coalesce(col_description(t.oid, a.attnum) like 'pii:%' and col_description(t.oid, a.attnum) not like 'pii: event%', false) as isfreetext,
            exists (select from pg_index i where i.indrelid = t.oid and i.indisunique and (a.attnum = any(i.indkey) or exists (
                -- within an expression, such as lower(name)
                select from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid and d.refobjid = t.oid and d.refobjsubid = a.attnum) or exists (
                -- by way of a generated column
                select from pg_attribute g join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.refobjid = t.oid and d.refobjsubid = a.attnum
                join pg_attrdef f on f.oid = d.objid and f.adrelid = t.oid and f.adnum = g.attnum
                where g.attrelid = t.oid and g.attgenerated <> '' and g.attnum = any(i.indkey)))) as iskey,
            (select min((regexp_match(pg_get_constraintdef(k.oid), 'length\([^)]*\) <= (\d+)'))[1]::int) from pg_constraint k
                where k.conrelid = t.oid and k.contype = 'c' and k.conkey = array[a.attnum]) as maxlength,
            exists (select from pg_attribute v where v.attrelid = t.oid and v.attname = 'version' and not v.attisdropped) as isversioned,
            exists (select from pg_attribute c where c.attrelid = t.oid and c.attname = 'customer_id' and not c.attisdropped) as hascustomer,
            exists (select from pg_attribute c where c.attrelid = t.oid and c.attname = 'business_ids' and not c.attisdropped) as isofseveral
        from pg_class t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
            and (@table::text is null or t.relname = @table)
            and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'text[]'::regtype, 'jsonb'::regtype)
            and has_column_privilege(t.oid, a.attnum, 'update')
            and a.attname <> all(@vocabularies)
            and not exists (
                select from pg_constraint k
                where k.conrelid = t.oid and k.conkey = array[a.attnum] and k.contype = 'c' and pg_get_constraintdef(k.oid) like '%ANY (ARRAY[%')
            and not exists (select from pg_constraint k where k.conrelid = t.oid and k.contype = 'f' and a.attnum = any(k.conkey))
        order by 1, a.attnum
        """,
        new { table, vocabularies = Vocabularies });

    public string Name => $"\"{Column.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
