using System.Globalization;
using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// Looks for what an erased customer was known by in every text the business's tables hold, and takes out what it finds.
/// A live customer's own columns are no hit: an email or phone may have gone to somebody else.
/// </summary>
public sealed class ScanForErased(BusinessDatabase database, EraseFiles files, Alerts alerts)
{
    /// <returns>How many rows had to be repaired; 0 when nothing is left.</returns>
    public async Task<int> ExecuteAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        await files.DeleteAsync(erasure, cancellation);
        var repaired = await database.InTransactionAsync<int>(erasure.BusinessId, session => ScanAsync(session, erasure), cancellation);
        return repaired.Value;
    }

    private async Task<Result<int>> ScanAsync(Session session, ErasureKey erasure)
    {
        var sought = await session.FindAsync<SoughtRow>(
            """
            select customer_id as customerid, sealed_identifiers as identifiers, identifiers_key as key from erasure_requests
            where business_id = @business and id = @id and status = 'PROCESSING'
            """,
            new { business = session.Business, erasure.Id });
        if (sought is null)
        {
            return 0; // completed by whoever ran this before
        }

        var identifiers = SealedIdentifiers.Open(sought.Key, erasure.Id, sought.Identifiers);
        var repaired = 0;
        foreach (var table in (await ScannedColumn.ReadAsync(session)).GroupBy(column => column.Table))
        {
            var rows = await RepairAsync(session, [.. table], sought.CustomerId, identifiers);
            repaired += rows;
            if (rows > 0)
            {
                alerts.Raise("erasure_left_over", erasure.BusinessId, erasure.Id,
                    string.Create(CultureInfo.InvariantCulture, $"{rows} rows of {table.Key} still named the erased customer and were repaired."));
            }
        }

        await session.ExecuteAsync(
            "update erasure_requests set repaired_rows = repaired_rows + @repaired where business_id = @business and id = @id",
            new { business = session.Business, erasure.Id, repaired });
        return repaired;
    }

    private static async Task<int> RepairAsync(Session session, ScannedColumn[] columns, Guid customer, Identifiers identifiers)
    {
        var table = columns[0].Table;
        var rows = 0;
        foreach (var (sought, isOwnOnly) in new[] { (identifiers.Everywhere, false), (identifiers.InOwnRows, true) })
        {
            if (IdentifierRules.Pattern(sought) is not { } pattern || (isOwnOnly && OwnRows(columns[0]) is null))
            {
                continue;
            }

            // Names of tables and columns come from the catalogue and are quoted; the identifiers are parameters.
            var sql =
                $"""
                update {Quoted(table)} t
                set {string.Join(", ", columns.Select(Repaired))}{(columns[0].IsVersioned ? ", version = t.version + 1" : "")}
                where {OfBusiness(columns[0])}
                    {(isOwnOnly ? $"and {OwnRows(columns[0])}" : table == "customers" ? "and t.id = @customer" : "")}
                    and ({string.Join(" or ", columns.Select(Hit))})
                returning 1
                """;
            var inJson = IdentifierRules.InJson(sought);
            rows += (await session.QueryAsync<int>(sql, new
            {
                business = session.Business,
                customer,
                pattern,
                likes = IdentifierRules.Likes(sought),
                jsonPattern = IdentifierRules.Pattern(inJson),
                jsonLikes = IdentifierRules.Likes(inJson),
            })).Count;
        }

        return rows;
    }

    private static string Hit(ScannedColumn column) => column.Kind switch
    {
        "json" => $"t.{Quoted(column.Column)}::text ilike any(@jsonLikes) and t.{Quoted(column.Column)}::text ~* @jsonPattern",
        "texts" => $"exists (select from unnest(t.{Quoted(column.Column)}) as one where one ilike any(@likes) and one ~* @pattern)",
        _ => $"t.{Quoted(column.Column)} ilike any(@likes) and t.{Quoted(column.Column)} ~* @pattern",
    };

    private static string Repaired(ScannedColumn column)
    {
        var name = Quoted(column.Column);
        return column.Kind switch
        {
            "json" => $"{name} = regexp_replace(t.{name}::text, @jsonPattern, '{IdentifierRules.Replacement}', 'gi')::jsonb",
            "texts" => $"{name} = array(select regexp_replace(one, @pattern, '{IdentifierRules.Replacement}', 'gi') from unnest(t.{name}) with ordinality as u (one, n) order by n)",
            _ when column.IsKey => $"{name} = case when t.{name} ~* @pattern then regexp_replace(t.{name}, @pattern, '[erased-' || left(gen_random_uuid()::text, 13) || ']', 'gi') else t.{name} end",
            _ => $"{name} = regexp_replace(t.{name}, @pattern, '{IdentifierRules.Replacement}', 'gi')",
        };
    }

    private static string OfBusiness(ScannedColumn column) => column.Table == "businesses" ? "t.id = @business" : "t.business_id = @business";

    // By which rows point to the customer; null where none can.
    private static string? OwnRows(ScannedColumn column) => column switch
    {
        { HasCustomer: true } => "t.customer_id = @customer",
        { Table: "customers" } => "t.id = @customer",
        { Table: "transaction_items" } =>
            "(t.business_id, t.transaction_id) in (select s.business_id, s.id from transactions s where s.business_id = @business and s.customer_id = @customer)",
        _ => null,
    };

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed record SoughtRow
    {
        public required Guid CustomerId { get; init; }
        public required byte[] Identifiers { get; init; }
        public required byte[] Key { get; init; }
    }
}
