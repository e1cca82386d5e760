using System.Globalization;
using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Erasure;

/// <summary>A part of an erasure's scan: one large table, or all that are not.</summary>
public sealed record ScannedPart(ErasureKey Erasure, IReadOnlyList<string> Tables);

/// <summary>
/// Looks for what an erased customer was known by in every text the business's tables hold, table by table, and takes out
/// what it finds.
/// </summary>
public sealed class ScanForErased(BusinessDatabase database, EraseFiles files, ErasedIds ids, Alerts alerts)
{
    // Under the ten minutes that an activity has on Azure's smallest plan.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9);

    // Rows that are read in seconds: tables with more have an activity, and its time, to themselves.
    private const int Many = 1_000_000;

    /// <summary>The parts to look through. Deletes files once more, that somebody may have written meanwhile.</summary>
    public async Task<IReadOnlyList<ScannedPart>> BeginAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        await files.DeleteAsync(erasure, cancellation);
        var columns = await database.InTransactionAsync<List<ScannedColumn>>(
            erasure.BusinessId, async session => (await ScannedColumn.ReadAsync(session)).ToList(), cancellation);
        return
        [
            .. columns.Value.Select(column => (column.Table, column.Rows)).Distinct()
                .GroupBy(table => table.Rows >= Many ? table.Table : "", table => table.Table)
                .Select(part => new ScannedPart(erasure, [.. part])),
        ];
    }

    /// <returns>How many rows had to be repaired; 0 when nothing is left.</returns>
    public async Task<int> ExecuteAsync(ScannedPart part, CancellationToken cancellation)
    {
        var rows = 0;
        foreach (var table in part.Tables)
        {
            var repaired = (await database.InTransactionAsync<int>(part.Erasure.BusinessId, session => ScanAsync(session, part.Erasure, table), cancellation)).Value;
            rows += repaired;
            if (repaired > 0)
            {
                alerts.Raise("erasure_left_over", part.Erasure.BusinessId, part.Erasure.Id,
                    string.Create(CultureInfo.InvariantCulture, $"{repaired} rows of {table} still named the erased customer and were repaired."));
            }
        }

        return rows;
    }

    private async Task<Result<int>> ScanAsync(Session session, ErasureKey erasure, string table)
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

        var args = Arguments(session.Business, sought.CustomerId, SealedIdentifiers.Open(sought.Key, erasure.Id, sought.Identifiers));
        var columns = await ScannedColumn.ReadAsync(session, table);
        var rows = 0;
        foreach (var again in ErasedTables.All.Where(one => one.IsRepeated && one.Table == table))
        {
            rows += (await session.QueryAsync<int>(again.Sql, args, Patience)).Count;
        }

        rows += (await session.QueryAsync<int>(ScanStatement.OfAnybody(columns), args, Patience)).Count;
        if (ScanStatement.OfTheCustomer(columns) is { } own)
        {
            rows += (await session.QueryAsync<int>(own, args, Patience)).Count;
        }

        if (rows > 0)
        {
            await session.ExecuteAsync(
                "update erasure_requests set repaired_rows = repaired_rows + @rows where business_id = @business and id = @id",
                new { business = session.Business, erasure.Id, rows });
        }

        return rows;
    }

    private object Arguments(Guid business, Guid customer, Identifiers identifiers)
    {
        IReadOnlyList<string> own = [.. identifiers.InText, .. identifiers.FullName is { } name ? [name] : (string[])[]];
        return new
        {
            business,
            customer,
            identifiers.Email,
            identifiers.Phone,
            identifiers.ExternalId,
            identifiers = IdentifierRules.PatternInEvents(identifiers),
            salt = ids.Salt(business),
            textPattern = IdentifierRules.Pattern(identifiers.InText),
            textLikes = IdentifierRules.Likes(identifiers.InText),
            textJsonLikes = IdentifierRules.Likes(IdentifierRules.InJson(identifiers.InText)),
            anywherePattern = IdentifierRules.Pattern(identifiers.Anywhere),
            anywhereLikes = IdentifierRules.Likes(identifiers.Anywhere),
            anywhereJsonLikes = IdentifierRules.Likes(IdentifierRules.InJson(identifiers.Anywhere)),
            ownPattern = IdentifierRules.Pattern(own),
            ownLikes = IdentifierRules.Likes(own),
            ownJsonLikes = IdentifierRules.Likes(IdentifierRules.InJson(own)),
            wholes = identifiers.AsAWhole.Select(one => one.ToLowerInvariant()).ToArray(),
        };
    }

    private sealed record SoughtRow
    {
        public required Guid CustomerId { get; init; }
        public required byte[] Identifiers { get; init; }
        public required byte[] Key { get; init; }
    }
}
