using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Exports;

/// <summary>Opens a run: a new key, and which sections there are to be.</summary>
public sealed class BeginExport(BusinessDatabase database, ExportKeys keys, AuditLog audit, TimeProvider time)
{
    /// <returns>The sections; none where the export has ended meanwhile or waits for approval.</returns>
    public async Task<IReadOnlyList<ExportPiece>> ExecuteAsync(ExportRun run, CancellationToken cancellation)
    {
        var pieces = await database.InTransactionAsync<IReadOnlyList<ExportPiece>>(run.BusinessId, session => PlanAsync(session, run), cancellation);
        return pieces.Value;
    }

    private async Task<Result<IReadOnlyList<ExportPiece>>> PlanAsync(Session session, ExportRun run)
    {
        var row = await ExportRow.FindAsync(session, run, " for update of e");
        if (row is not { MayRun: true } || row.Run != run.Run)
        {
            return Array.Empty<ExportPiece>();
        }

        var sections = ExportSections.Of(row.ExportType);
        IReadOnlyList<ExportPiece> pieces =
            [.. row.About.SelectMany(about => sections.Select(section => new ExportPiece(run, about.Business, about.Customer, section.Name)))];
        if (row.Status == ExportStatus.PROCESSING)
        {
            return pieces.ToList(); // begun before, by a try that could not say so
        }

        // One audit row a run and business, before anything is read.
        await Task.WhenAll(row.About.Select(about => audit.RecordAsync(Entry(about.Business, about.Customer))));
        foreach (var business in row.BusinessIds)
        {
            await session.As(business).ExecuteAsync(
                "delete from customer_data_export_sections where export_id = @ExportId and business_id = @business", new { run.ExportId, business });
        }

        foreach (var (piece, position) in pieces.Select((piece, position) => (piece, position)))
        {
            await session.As(piece.BusinessId).ExecuteAsync(
                """
                insert into customer_data_export_sections (export_id, business_id, customer_id, section, position)
                values (@ExportId, @BusinessId, @CustomerId, @Section, @position)
                """,
                new { run.ExportId, piece.BusinessId, piece.CustomerId, piece.Section, position });
        }

        await session.As(run.BusinessId).ExecuteAsync(
            "update customer_data_exports set status = 'PROCESSING', wrapped_key = @key, updated_at = @now where id = @ExportId",
            new { run.ExportId, key = keys.New(run.ExportId), now = time.Now() });
        return pieces.ToList();
    }

    private AuditEntry Entry(Guid business, Guid customer)
    {
        var trace = System.Diagnostics.Activity.Current?.TraceId ?? System.Diagnostics.ActivityTraceId.CreateRandom();
        return new AuditEntry(time.Now(), business, "export", "system", nameof(ExportOrchestration.PackExport), "orchestration", [customer], trace.ToHexString());
    }
}
