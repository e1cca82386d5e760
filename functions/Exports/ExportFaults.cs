using Azure;
using Npgsql;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>The files hold another number of rows than the tables.</summary>
public sealed class IncompleteExportException(string message) : Exception(message);

/// <summary>
/// Writes down why a try failed, by a name that its users are told, and lets the failure go on: the orchestration tries
/// again, and what is still wrong in the end becomes the export's failure code.
/// </summary>
public sealed class ExportFaults(BusinessDatabase database)
{
    public async Task<T> WatchAsync<T>(ExportRun run, Func<Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            await NoteAsync(run, CodeOf(fault), cancellation);
            throw;
        }
    }

    internal static string CodeOf(Exception fault) => fault switch
    {
        IncompleteExportException => "incomplete",
        NpgsqlException => "database_unavailable",
        RequestFailedException { Status: 507 } => "storage_full",
        RequestFailedException or IOException => "storage_unavailable",
        AggregateException { InnerException: { } first } => CodeOf(first), // after the library's own retries
        _ => "internal_error",
    };

    private async Task NoteAsync(ExportRun run, string code, CancellationToken cancellation)
    {
        try
        {
            await database.QueryAsync<int>(
                run.BusinessId,
                "update customer_data_exports set last_fault = @code where id = @ExportId and run = @Run and status in ('PENDING', 'PROCESSING')",
                new { run.ExportId, run.Run, code }, cancellation);
        }
        catch (NpgsqlException)
        {
            // The database itself is what fails; without a note the export says so by itself.
        }
    }
}
