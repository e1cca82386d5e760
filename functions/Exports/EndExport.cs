using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>Ends a run that failed, or a package whose time is over: first the key, then the blobs.</summary>
public sealed partial class EndExport(BusinessDatabase database, ExportFiles files, TimeProvider time, ILogger<EndExport> logger)
{
    /// <summary>The run has failed for good. What it left in the storage cannot be read any more, and the sweep deletes it.</summary>
    public async Task FailAsync(ExportRun run, CancellationToken cancellation)
    {
        var now = time.Now();
        var failed = await database.InTransactionAsync<ExportRow?>(
            run.BusinessId,
            async session =>
            {
                var ended = await session.QueryAsync<Guid>(
                    """
                    update customer_data_exports
                    set status = 'FAILED', failure_code = coalesce(last_fault, 'internal_error'), wrapped_key = null, updated_at = @now
                    where id = @ExportId and run = @Run and status in ('PENDING', 'PROCESSING')
                    returning id
                    """,
                    new { run.ExportId, run.Run, now });
                if (ended.Count == 0)
                {
                    return (ExportRow?)null;
                }

                var row = (await ExportRow.FindAsync(session, run))!;
                await session.WriteFailedAsync(row.Id, row.ExportType, row.About, row.FailureCode!, now);
                return row;
            },
            cancellation);
        if (failed.Value is { } row)
        {
            Telemetry.EndedExports.Add(
                1, new KeyValuePair<string, object?>("nxloy.export.type", row.ExportType.ToString()), new KeyValuePair<string, object?>("nxloy.export.status", "FAILED"));
            Log.Failed(logger, run.ExportId, run.BusinessId, row.FailureCode!);
        }
    }

    /// <summary>Deletes the package once its time is over; before, and of what has not ended, nothing happens.</summary>
    public async Task ExpireAsync(ExportRun run, CancellationToken cancellation)
    {
        await database.QueryAsync<int>(
            run.BusinessId,
            """
            update customer_data_exports
            set status = 'EXPIRED', wrapped_key = null, file_blob = null, file_url = null, updated_at = @now
            where id = @ExportId and status = 'COMPLETED' and expires_at <= @now
            """,
            new { run.ExportId, now = time.Now() }, cancellation);
        await DeleteFilesAsync(run, cancellation);
    }

    /// <summary>Deletes the blobs of a run that has ended, and of those before it; a retry may have begun the next one meanwhile.</summary>
    /// <returns>False where it has not ended.</returns>
    public async Task<bool> DeleteFilesAsync(ExportRun run, CancellationToken cancellation)
    {
        var state = await database.FindAsync<State>(
            run.BusinessId, "select status from customer_data_exports where id = @ExportId", new { run.ExportId }, cancellation);
        if (state is { Status: not (ExportStatus.FAILED or ExportStatus.EXPIRED) })
        {
            return false;
        }

        await files.DeleteThroughAsync(run, but: null, cancellation);
        return true;
    }

    /// <summary>Writes down that nothing is left of a run that has ended: neither blobs nor orchestration.</summary>
    public Task MarkSweptAsync(ExportRun run, CancellationToken cancellation) => database.QueryAsync<int>(
        run.BusinessId,
        "update customer_data_exports set is_swept = true where id = @ExportId and run = @Run and status in ('FAILED', 'EXPIRED')",
        new { run.ExportId, run.Run }, cancellation);

    private sealed record State
    {
        public required ExportStatus Status { get; init; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Export {Export} of business {Business} has failed: {Code}")]
        public static partial void Failed(ILogger logger, Guid export, Guid business, string code);
    }
}
