using NxLoy.Functions.Database;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Puts the sections together into one zip, holds what came out against what the tables had, and only then calls the
/// export completed.
/// </summary>
public sealed class PackExport(BusinessDatabase database, ExportKeys keys, ExportFiles files, ExportPackage package, TimeProvider time)
{
    /// <returns>When it expires; null where it has ended meanwhile.</returns>
    public async Task<DateTimeOffset?> ExecuteAsync(ExportRun run, CancellationToken cancellation)
    {
        var row = await ReadAsync(run, cancellation);
        if (row is not { Status: ExportStatus.PROCESSING or ExportStatus.COMPLETED } || row.Run != run.Run)
        {
            return null;
        }

        var expires = row.Status == ExportStatus.COMPLETED ? row.ExpiresAt : await PackAsync(run, row, cancellation);
        if (expires is not null)
        {
            var completed = await ReadAsync(run, cancellation);
            await files.DeleteThroughAsync(run, completed?.FileBlob, cancellation);
        }

        return expires;
    }

    private async Task<DateTimeOffset?> PackAsync(ExportRun run, ExportRow row, CancellationToken cancellation)
    {
        var name = ExportFiles.Package(run, Guid.NewGuid());
        long bytes;
        try
        {
            bytes = await package.WriteAsync(run, row, name, keys.Open(run.ExportId, row.WrappedKey!), cancellation);
        }
        catch (Exception)
        {
            await files.ForgetAsync([name]);
            throw;
        }

        var completed = await CompleteAsync(run, row, name, bytes, time.Now(), cancellation);
        if (completed)
        {
            Record(row);
            return row.ExpiresAt;
        }

        await files.ForgetAsync([name]);
        return null;
    }

    private async Task<bool> CompleteAsync(ExportRun run, ExportRow row, string name, long bytes, DateTimeOffset now, CancellationToken cancellation)
    {
        var completed = await database.InTransactionAsync<bool>(
            run.BusinessId,
            async session =>
            {
                var ended = await session.QueryAsync<Guid>(
                    """
                    update customer_data_exports
                    set status = 'COMPLETED', file_blob = @name, file_bytes = @bytes, file_url = @url, completed_at = @now, updated_at = @now,
                        last_fault = null
                    where id = @ExportId and run = @Run and status = 'PROCESSING'
                    returning id
                    """,
                    new { run.ExportId, run.Run, name, bytes, url = $"/api/v1/exports/{run.ExportId}/download", now });
                if (ended.Count == 0)
                {
                    return false;
                }

                foreach (var (business, customer) in row.About)
                {
                    await session.As(business).WriteAsync(
                        "customers.data_export.completed", customer,
                        new { exportId = row.Id, customerId = customer, businessId = business, exportType = row.ExportType, completedAt = now, expiresAt = row.ExpiresAt },
                        now);
                }

                return true;
            },
            cancellation);
        return completed.Value;
    }

    private void Record(ExportRow row)
    {
        var type = new KeyValuePair<string, object?>("nxloy.export.type", row.ExportType.ToString());
        Telemetry.ExportDuration.Record((time.Now() - (row.DueAt ?? row.CreatedAt + RequestExport.Promised) + RequestExport.Promised).TotalSeconds, type);
        Telemetry.EndedExports.Add(1, type, new KeyValuePair<string, object?>("nxloy.export.status", "COMPLETED"));
    }

    private async Task<ExportRow?> ReadAsync(ExportRun run, CancellationToken cancellation) => await database.FindAsync<ExportRow>(
        run.BusinessId, $"select {ExportRow.Columns} {ExportRow.From} where e.id = @ExportId", new { run.ExportId }, cancellation);
}
