using System.Globalization;
using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Messaging;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Erasure;

/// <summary>Signs the certificate, destroys what the scan looked for, and tells the world.</summary>
public sealed class CompleteErasure(
    BusinessDatabase database, CertificateKey key, ErasureOptions options, AuditOptions audit, AuditLog log, TimeProvider time)
{
    // Years of everybody's rows, which nothing finds by customer: reading them all would say little.
    private const string NotCounted = "audit_log";

    public async Task ExecuteAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? System.Diagnostics.ActivityTraceId.CreateRandom();
        await database.InTransactionAsync<Done>(
            erasure.BusinessId,
            async session =>
            {
                var now = time.Now();
                if (await ErasureRow.LockAsync(session, erasure.Id, now) is not { Status: ErasureStatus.PROCESSING } row)
                {
                    return new Done();
                }

                var certificate = await MakeAsync(session, row, now);
                var jws = key.Sign(JsonSerializer.Serialize(certificate, Json.Options));
                await session.ExecuteAsync(
                    """
                    update erasure_requests
                    set status = 'COMPLETED', completed_at = @now, certificate = @jws, sealed_identifiers = null, identifiers_key = null
                    where business_id = @business and id = @id
                    """,
                    new { business = session.Business, erasure.Id, now, jws });
                await session.WriteAsync(
                    "customers.customer.deleted",
                    row.CustomerId,
                    new { customerId = row.CustomerId, businessId = session.Business, erasureId = row.Id, erasedAt = row.ErasedAt },
                    now);
                await log.RecordAsync(new AuditEntry(
                    now, erasure.BusinessId, "erasure", "system", nameof(CompleteErasure), "orchestration", [row.CustomerId], trace.ToHexString()));
                return (Result<Done>)new Done();
            },
            cancellation);
    }

    private async Task<Certificate> MakeAsync(Session session, ErasureRow row, DateTimeOffset now)
    {
        var facts = (await session.FindAsync<FactsRow>(
            """
            select b.name, b.time_zone as timezone, b.retention_months as retentionmonths, e.erased_rows::text as erasedrows,
                e.repaired_rows as repairedrows, l.is_copied as iscopied
            from erasure_requests e
            join businesses b on b.id = e.business_id
            join erasure_ledger l on l.erasure_id = e.id
            where e.business_id = @business and e.id = @id
            """,
            new { business = session.Business, row.Id }))!;
        return new Certificate
        {
            ErasureId = row.Id,
            BusinessId = session.Business,
            BusinessName = facts.Name,
            CustomerId = row.CustomerId,
            RequestedAs = row.RequestedAs,
            RequestedAt = row.RequestedAt,
            ApprovedAt = row.ApprovedAt!.Value,
            DueAt = row.DueAt,
            ErasedAt = row.ErasedAt!.Value,
            CompletedAt = now,
            Erased = JsonSerializer.Deserialize<SortedDictionary<string, int>>(facts.ErasedRows)!,
            Kept = await KeptAsync(session, row.CustomerId, facts.RetentionMonths),
            Scan = new ScanResult((await ScannedColumn.ReadAsync(session)).Count, facts.RepairedRows, 0),
            IsInLedger = facts.IsCopied,
            LastBackupExpiresOn = BusinessCalendar.LocalDay(now, facts.TimeZone).AddDays(options.BackupDays),
        };
    }

    private async Task<IReadOnlyList<KeptData>> KeptAsync(Session session, Guid customer, int? retentionMonths)
    {
        // Names of tables are constants of ours.
        var rows = (await session.QueryAsync<CountRow>(
            string.Join("\nunion all\n", ErasedTables.Kept.Where(kept => kept.Table != NotCounted).Select(kept => $"select '{kept.Table}' as table, count(*) as rows from {kept.Table} k where {PointsTo(kept.Table)}")),
            new { business = session.Business, customer })).ToDictionary(row => row.Table, row => (long?)row.Rows);
        rows[NotCounted] = null;
        return [.. ErasedTables.Kept.Where(kept => rows[kept.Table] is not 0).Select(kept => new KeptData(kept.Table, kept.What, rows[kept.Table], kept.Ground, Period(kept.Retention, retentionMonths)))];
    }

    private string Period(Retention retention, int? retentionMonths) => retention switch
    {
        Retention.OfTheBusiness => retentionMonths is { } months ? Months(months) : "as long as the law asks of the business",
        Retention.OfTheAuditLog => Months(audit.RetentionMonths),
        _ => "as long as the system is in use",
    };

    private static string Months(int months) => string.Create(CultureInfo.InvariantCulture, $"P{months}M");

    private static string PointsTo(string table) => table switch
    {
        "customers" => "k.business_id = @business and k.id = @customer",
        "transaction_items" => "(k.business_id, k.transaction_id) in (select t.business_id, t.id from transactions t where t.business_id = @business and t.customer_id = @customer)",
        _ => "k.business_id = @business and k.customer_id = @customer",
    };

    private sealed record FactsRow
    {
        public required string Name { get; init; }
        public required string TimeZone { get; init; }
        public required int? RetentionMonths { get; init; }
        public required string ErasedRows { get; init; }
        public required int RepairedRows { get; init; }
        public required bool IsCopied { get; init; }
    }

    private sealed record CountRow
    {
        public required string Table { get; init; }
        public required long Rows { get; init; }
    }
}
