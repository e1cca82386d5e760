namespace NxLoy.Functions.Customers;

/// <summary>
/// The statements of a search. Exact hits and prefixes are ordered by what they fit with, and then by id; substrings by
/// creation, newest first. The class of a customer is defined in one place, so that whatever finds it, it is the same.
/// </summary>
internal sealed class SearchClasses(CustomerCriteria criteria, SearchTerm term, CustomerPlace? after)
{
    /// <summary>The ids of all customers whose text contains the term.</summary>
    public const string Trigrams = "select id from customers_containing(@pattern, @digitsPattern, @most) as id";

    private static readonly (SearchClass Class, string Column)[] LongPrefixes =
        [(SearchClass.Name, "c.full_name"), (SearchClass.LastName, "c.sort_name")];

    private static readonly (SearchClass Class, string Column)[] ShortPrefixes =
        [.. LongPrefixes, (SearchClass.Email, "c.email_key"), (SearchClass.ExternalId, "c.external_key"), (SearchClass.Phone, "c.phone")];

    // One branch each, so that each is a range of its index.
    private static readonly (string Column, string Value)[] ExactValues =
    [
        ("c.full_name", "@term"), ("c.sort_name", "@term"), ("c.email_key", "@term"), ("c.external_key", "@term"), ("c.phone", "@phone"),
    ];

    private readonly (SearchClass Class, string Column)[] prefixes = term.IsShort ? ShortPrefixes : LongPrefixes;

    private SearchClass First => after is null ? SearchClass.Exact : (SearchClass)after.Class;

    /// <summary>The customers among <c>few</c> that fit in any class.</summary>
    public string Few => Ranked("c.class is not null");

    /// <summary>The customers among <c>few</c> that fit in the last class only.</summary>
    public string FewSubstrings => Ranked($"c.class = {(int)SearchClass.Substring}");

    /// <summary>The classes that are ranges of indexes, from the cursor's on: each read no further than a page needs.</summary>
    public string Indexed(int rows)
    {
        var parts = prefixes.Where(prefix => prefix.Class >= First).Select(prefix => Prefix(prefix.Class, prefix.Column, rows)).DefaultIfEmpty(Nobody);
        return $"""
            select 0::bigint as examined, f.class, f.key, f.id
            from (
                {string.Join("\n union all \n", First == SearchClass.Exact ? parts.Prepend(Exact(rows)) : parts)}
            ) f
            order by f.class, f.key, f.id
            limit @rows
            """;
    }

    /// <summary>Substrings among the next so many customers, newest first.</summary>
    public string SubstringsAmong(int steps) =>
        $"""
        with walked as materialized (
            {Newest}
            limit {steps}
        ), counted as materialized (
            select count(*) as examined from walked
        )
        select n.examined, f.class, f.key::text as key, f.id
        from counted n
        left join lateral (
            select {(int)SearchClass.Substring} as class, w.key, w.id
            from walked w
            cross join lateral ({IsSubstring("w.id")}) c
            order by w.key desc, w.id desc
            limit @rows
        ) f on true
        order by f.key desc, f.id desc
        """;

    /// <summary>Substrings, newest first, until the page is full.</summary>
    public string Substrings(int rows) =>
        $"""
        select 0::bigint as examined, {(int)SearchClass.Substring} as class, w.key::text as key, w.id
        from ({Newest}) w
        cross join lateral ({IsSubstring("w.id")}) c
        order by w.key desc, w.id desc
        limit {rows}
        """;

    private const string Nobody = "select null::int as class, null as key, null::uuid as id where false";

    private string Newest =>
        $"""
        select k.created_at as key, k.id
        from customers k
        where k.business_id = @business and k.{criteria.Exists} and {criteria.Created("k") ?? "true"}
            and {(First == SearchClass.Substring ? "(k.created_at, k.id) < (@key::timestamptz, @id)" : "true")}
        order by k.created_at desc, k.id desc
        """;

    private string Exact(int rows) =>
        $"""
        (select {(int)SearchClass.Exact} as class, '' as key, e.id
        from ({string.Join("\n union \n", ExactValues.Select(exact => Having(exact.Column, exact.Value, rows)))}) e
        order by e.id
        limit {rows})
        """;

    private string Having(string column, string value, int rows) =>
        $"""
        (select c.id
        from customers c
        where {criteria.Conditions} and ({column}, c.id) > ({value}, {(after is null ? "@firstId" : "@id")}) and ({column}, c.id) <= ({value}, @lastId)
        order by {column}, c.id
        limit {rows})
        """;

    private string Prefix(SearchClass prefix, string column, int rows) =>
        $"""
        (select {(int)prefix} as class, {column} as key, c.id
        from customers c
        where {criteria.Conditions} and {Begins(column)} and {ClassOf} = {(int)prefix}
            and {(First == prefix ? $"({column}, c.id) > (@key, @id)" : $"{column} > {Start(column)}")}
        order by {column}, c.id
        limit {rows})
        """;

    private string Ranked(string fits) =>
        $"""
        select c.class, coalesce(k.key, c.created_at::text) as key, few.id
        from few
        cross join lateral (
            select {ClassOf} as class, c.full_name, c.sort_name, c.email_key, c.external_key, c.phone, c.created_at
            from customers c
            where c.id = few.id and {criteria.Conditions}
            offset 0
        ) c
        cross join lateral (select case c.class
            when {(int)SearchClass.Exact} then ''
            {string.Join("\n", prefixes.Select(prefix => $"when {(int)prefix.Class} then {prefix.Column}"))}
        end as key) k
        where n.is_few and {fits} and {Later}
        order by c.class, k.key, case when k.key is null then c.created_at end desc, case when k.key is null then few.id end desc, few.id
        limit @rows
        """;

    private string Later => First switch
    {
        _ when after is null => "true",
        SearchClass.Substring => "c.class = @class and (c.created_at, few.id) < (@key::timestamptz, @id)",
        _ => "(c.class > @class or c.class = @class and (k.key, few.id) > (@key, @id))",
    };

    private string IsSubstring(string id) =>
        $"""
        select from customers c
        where c.id = {id} and {criteria.Conditions} and {ClassOf} = {(int)SearchClass.Substring}
        offset 0
        """;

    private string ClassOf =>
        $"""
        case
            when {string.Join(" or ", ExactValues.Select(exact => $"{exact.Column} = {exact.Value}"))} then {(int)SearchClass.Exact}
            {string.Join("\n", prefixes.Select(prefix => $"when {Begins(prefix.Column)} then {(int)prefix.Class}"))}
            {(term.IsShort ? "" : $"when c.search_text like @pattern or c.search_text like @digitsPattern then {(int)SearchClass.Substring}")}
        end
        """;

    private static string Begins(string column) => $"{column} >= {Start(column)} and {column} < {Start(column)}End";

    // A phone in E.164 begins with + and digits, however it was typed.
    private static string Start(string column) => column == "c.phone" ? "@phonePrefix" : "@term";
}
