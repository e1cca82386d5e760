using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>Begins a failed export again, from nothing: what the run before left is not used.</summary>
public sealed class RetryExport(BusinessDatabase database, TimeProvider time)
{
    /// <param name="start">Starts the packing.</param>
    public async Task<Result<Export>> ExecuteAsync(Caller caller, Guid id, Func<ExportRun, Task> start, CancellationToken cancellation)
    {
        ExportRow? again = null;
        var export = await database.InTransactionAsync<Export>(
            caller,
            async session =>
            {
                var found = await LockAsync(session, caller, id);
                if (found.Failed(out var refused))
                {
                    return refused;
                }

                caller.Trail.Touch(found.Value.CustomerIds);
                await ForgetSectionsAsync(session, found.Value);
                await BeginAgainAsync(session.As(found.Value.AskedIn), id, time.Now());
                again = (await ExportRow.FindAsync(session, caller, id)).Value;
                return await GetExport.ExecuteAsync(session, caller, id);
            },
            cancellation);
        if (again is not null && export.Problem is null)
        {
            await start(again.CurrentRun);
        }

        return export;
    }

    // Customers before exports and by their ids, as requests, ties and erasures lock them: of two at once one comes first,
    // and none waits for ever.
    private static async Task<Result<ExportRow>> LockAsync(Session session, Caller caller, Guid id)
    {
        var found = await ExportRow.FindAsync(session, caller, id);
        if (found.Failed(out var missing))
        {
            return missing;
        }

        foreach (var (business, customer) in found.Value.About.OrderBy(one => one.Customer))
        {
            var standing = await session.As(business).QueryAsync<Guid>(
                "select id from customers where id = @customer and erased_at is null for no key update", new { customer });
            if (standing.Count == 0)
            {
                return ExportProblems.CustomerErased;
            }
        }

        // Rows of exports stay, so it is still there.
        var row = (await ExportRow.FindAsync(session, caller, id, forUpdate: true)).Value;
        if (row.FailureCode == StopExports.Code)
        {
            return ExportProblems.CustomerErased;
        }

        if (row is not { Status: ExportStatus.FAILED, FailureCode: not "rejected" })
        {
            return ExportProblems.NotFailed;
        }

        var open = await ExportRow.FindOpenAsync(session, row.ExportType, row.CustomerIds, row.BusinessId is null);
        return open is [var other] ? ExportProblems.OtherIsOpen(other) : row;
    }

    private static async Task ForgetSectionsAsync(Session session, ExportRow row)
    {
        foreach (var business in row.BusinessIds)
        {
            await session.As(business).ExecuteAsync(
                "delete from customer_data_export_sections where export_id = @Id and business_id = @business", new { row.Id, business });
        }
    }

    private static Task BeginAgainAsync(Session session, Guid id, DateTimeOffset now) => session.ExecuteAsync(
        """
        update customer_data_exports
        set status = 'PENDING', run = run + 1, failure_code = null, last_fault = null, is_swept = false,
            due_at = @due, expires_at = @expires, updated_at = @now
        where id = @id
        """,
        new { id, due = now + RequestExport.Promised, expires = now + RequestExport.Kept, now });
}
