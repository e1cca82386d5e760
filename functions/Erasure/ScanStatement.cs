namespace NxLoy.Functions.Erasure;

/// <summary>
/// The statement that looks through one table's texts and takes out what it finds. Names of tables and columns come from
/// the catalogue and are quoted; whatever is looked for is a parameter.
/// </summary>
internal static class ScanStatement
{
    /// <summary>In rows of anybody at the business: free texts for @textPattern, everything else for @anywherePattern.</summary>
    public static string OfAnybody(IReadOnlyList<ScannedColumn> columns) =>
        Sql(columns, Business(columns[0]), column => column.IsFreeText ? "text" : "anywhere");

    /// <summary>In rows about the customer: every column for @ownPattern, and fields that are nothing but one of @wholes. Null where no row can be.</summary>
    public static string? OfTheCustomer(IReadOnlyList<ScannedColumn> columns) =>
        Customer(columns[0]) is { } own ? Sql(columns, $"{Business(columns[0])} and {own}", _ => "own") : null;

    private static string Sql(IReadOnlyList<ScannedColumn> columns, string rows, Func<ScannedColumn, string> set) =>
        $"""
        update "{columns[0].Table}" t
        set {string.Join(", ", columns.Select(column => $"{column.Name} = {Repaired(column, set(column))}"))}{(columns[0].IsVersioned ? ", version = t.version + 1" : "")}
        where {rows} and ({string.Join(" or ", columns.Select(column => Hit(column, set(column))))})
        returning 1
        """;

    private static string Hit(ScannedColumn column, string set)
    {
        var value = $"t.{column.Name}";
        return column.Kind switch
        {
            "json" => $"({value}::text ilike any(@{set}JsonLikes) and replace_in_json({value}, @{set}Pattern, '') is distinct from {value})",
            "texts" => $"exists (select from unnest({value}) as one where one ilike any(@{set}Likes) and one ~* @{set}Pattern)",
            _ => $"({value} ilike any(@{set}Likes) and {value} ~* @{set}Pattern){Whole(column, set)}",
        };
    }

    private static string Repaired(ScannedColumn column, string set)
    {
        var value = $"t.{column.Name}";
        return column.Kind switch
        {
            "json" => $"replace_in_json({value}, @{set}Pattern, '{IdentifierRules.Replacement}')",
            "texts" => $"array(select regexp_replace(one, @{set}Pattern, '{IdentifierRules.Replacement}', 'gi') from unnest({value}) with ordinality as u (one, n) order by n)",
            _ when column.IsKey => Cut(column, $"case when {value} ~* @{set}Pattern then {ErasedIds.Sql(value)} else {value} end"),
            _ => Cut(column, $"case when false{Whole(column, set)} then '{IdentifierRules.Replacement}' else regexp_replace({value}, @{set}Pattern, '{IdentifierRules.Replacement}', 'gi') end"),
        };
    }

    private static string Whole(ScannedColumn column, string set) =>
        set == "own" && !column.IsKey ? $" or lower(t.{column.Name}) = any(@wholes)" : "";

    private static string Cut(ScannedColumn column, string expression) => column.MaxLength is { } most ? $"left({expression}, {most})" : expression;

    private static string Business(ScannedColumn column) => column switch
    {
        { IsOfSeveral: true } => "@business = any(t.business_ids)",
        { Table: "businesses" } => "t.id = @business",
        { Table: "customers" } => "t.business_id = @business and t.id = @customer", // a live customer's own columns are no hit
        _ => "t.business_id = @business",
    };

    // By which rows point to the customer; null where none can.
    private static string? Customer(ScannedColumn column) => column switch
    {
        { HasCustomer: true } => "t.customer_id = @customer",
        { Table: "customers" } => "true",
        { Table: "transaction_items" } =>
            "(t.business_id, t.transaction_id) in (select s.business_id, s.id from transactions s where s.business_id = @business and s.customer_id = @customer)",
        _ => null,
    };
}
