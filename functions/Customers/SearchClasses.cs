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

    private static readonly string[] Names = ["c.full_name", "c.sort_name"];

    // One customer at most has each, or hardly more (external ids that differ in case).
    private static readonly (string Column, string Value)[] Identifiers =
        [("c.email_key", "@term"), ("c.external_key", "@term"), ("c.phone", "@phone")];

    private const string Columns =
        "c.id, c.business_id, c.full_name, c.sort_name, c.email_key, c.external_key, c.phone, c.search_text, c.loyalty_tier, c.is_active, c.created_at, c.deleted_at";

    private readonly (SearchClass Class, string Column)[] prefixes = term.IsBeginning ? ShortPrefixes : LongPrefixes;

    private SearchClass First => after is null ? SearchClass.Exact : (SearchClass)after.Class;

    /// <summary>The customers among <c>few</c> that fit in any class.</summary>
    public string Few => Ranked("c.class is not null");

    /// <summary>The customers among <c>few</c> that fit in the last class only.</summary>
    public string FewSubstrings => Ranked($"c.class = {(int)SearchClass.Substring}");

    /// <summary>Whom the term names, wholly or from the beginning; from the cursor's class on.</summary>
    public string Named(int rows) => Ranges(
        [.. First == SearchClass.Exact ? [Exact(rows)] : Array.Empty<string>(), .. Prefixes(LongPrefixes, rows)]);

    /// <summary>
    /// The other beginnings, for terms that are too short for substrings. Apart from the names: nearly everyone whose email
    /// begins with it has such a name too, and would be read only to be left out.
    /// </summary>
    public string OtherBeginnings(int rows) => Ranges([.. Prefixes(ShortPrefixes[LongPrefixes.Length..], rows)]);

    /// <summary>Substrings among the next so many customers, newest first.</summary>
    public string SubstringsAmong(int steps) =>
        $"""
        with walked as materialized (
            select c.id, c.created_at, ({Contains}) and {criteria.Conditions} and {ClassOf} = {(int)SearchClass.Substring} as fits
            from (
                {Newest}
                limit {steps}
            ) c
        ), counted as materialized (
            select count(*) as examined from walked
        )
        select n.examined, f.class, f.key::text as key, f.id
        from counted n
        left join lateral (
            select {(int)SearchClass.Substring} as class, c.created_at as key, c.id
            from walked c
            where c.fits
            order by c.created_at desc, c.id desc
            limit @rows
        ) f on true
        order by f.key desc, f.id desc
        """;

    /// <summary>Substrings, newest first, until the page is full.</summary>
    public string Substrings(int rows) =>
        $"""
        select 0::bigint as examined, f.class, f.key::text as key, f.id
        from ({InOrder(Newest, SearchClass.Substring, "c.created_at", rows)}) f
        order by f.key desc, f.id desc
        """;

    // Asked first where most rows do not: a class takes four times as long to find.
    private const string Contains = "c.search_text like @pattern or c.search_text like @digitsPattern";

    private const string Nobody = "select null::int as class, null as key, null::uuid as id where false";

    private IEnumerable<string> Prefixes(IEnumerable<(SearchClass Class, string Column)> among, int rows) =>
        among.Where(prefix => prefix.Class >= First).Select(prefix => Prefix(prefix.Class, prefix.Column, rows));

    private static string Ranges(IReadOnlyList<string> parts) =>
        $"""
        select 0::bigint as examined, f.class, f.key, f.id
        from ({string.Join(" union all ", parts.DefaultIfEmpty(Nobody))}) f
        order by f.class, f.key, f.id
        limit @rows
        """;

    private string Newest => Range(
        $"{criteria.Created("c") ?? "true"} and {(First == SearchClass.Substring ? "(c.created_at, c.id) < (@key::timestamptz, @id)" : "true")}",
        "c.created_at desc, c.id desc");

    private string Exact(int rows)
    {
        var from = after is null ? "@firstId" : "@id";
        var names = Names.Select(name => InOrder(
            Range($"({name}, c.id) > (@term, {from}) and ({name}, c.id) <= (@term, @lastId)", $"{name}, c.id"), SearchClass.Exact, "''", rows));
        var identifiers = Identifiers.Select(identifier => InOrder(
            Range($"{identifier.Column} = {identifier.Value} and c.id > {from}", identifier.Column), SearchClass.Exact, "''", rows));
        return $"(select e.class, e.key, e.id from ({string.Join(" union ", names.Concat(identifiers).Select(part => $"({part})"))}) e order by e.id limit {rows})";
    }

    private string Prefix(SearchClass prefix, string column, int rows)
    {
        var start = First == prefix ? $"({column}, c.id) > (@key, @id)" : $"{column} > {Start(column)}";
        return $"({InOrder(Range($"{Begins(column)} and {start}", $"{column}, c.id"), prefix, column, rows)})";
    }

    private string Range(string within, string order) =>
        $"""
        select {Columns}
        from customers c
        where c.business_id = @business and c.{criteria.Exists} and {within}
        order by {order}
        offset 0
        """;

    /// <summary>
    /// The first rows of a range of one index, in its order, that pass the filter. <c>offset 0</c> and <c>(select ...)</c>
    /// keep the filter from the planner: it would take what is left for nearly nothing, read the whole range, or another
    /// index, and sort. Without an order of its own, so that the limit reaches down to the range.
    /// </summary>
    private string InOrder(string range, SearchClass only, string key, int rows) =>
        $"""
        select {(int)only} as class, {key} as key, c.id
        from ({range}) c
        where case when {(only == SearchClass.Substring ? $"({Contains}) and " : "")}{criteria.Conditions} then {ClassOf} = {(int)only} else false end
        limit {rows}
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

    private string ClassOf =>
        $"""
        case
            when {string.Join(" or ", Names.Select(name => (name, "@term")).Concat(Identifiers).Select(exact => $"{exact.Item1} = {exact.Item2}"))} then {(int)SearchClass.Exact}
            {string.Join("\n", prefixes.Select(prefix => $"when {Begins(prefix.Column)} then {(int)prefix.Class}"))}
            {(term.IsBeginning ? "" : $"when {Contains} then {(int)SearchClass.Substring}")}
        end
        """;

    private static string Begins(string column) => $"{column} >= {Start(column)} and {column} < {Start(column)}End";

    // A phone in E.164 begins with + and digits, however it was typed.
    private static string Start(string column) => column == "c.phone" ? "@phonePrefix" : "@term";
}
