using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>Says yes or no to what a customer has asked for. From a yes on it has its 24 hours and its 30 days.</summary>
public sealed class DecideExport(BusinessDatabase database, TimeProvider time)
{
    /// <param name="start">Starts the packing unless it runs already.</param>
    public async Task<Result<Export>> ApproveAsync(Caller caller, Guid id, Func<ExportRun, Task> start, CancellationToken cancellation)
    {
        ExportRow? approved = null;
        var export = await DecideAsync(
            caller, id,
            async (session, row, now) =>
            {
                await ApproveAsync(session, caller, id, now);
                approved = row;
            },
            cancellation);
        if (approved is not null && export.Problem is null)
        {
            await start(approved.CurrentRun);
        }

        return export;
    }

    /// <summary>A yes to what waits for one; to anything else it says nothing.</summary>
    internal static Task ApproveAsync(Session session, Caller caller, Guid id, DateTimeOffset now) => session.ExecuteAsync(
        """
        update customer_data_exports
        set approval = 'APPROVED', decided_by = @subject, decided_at = @now, due_at = @due, expires_at = @expires, updated_at = @now
        where id = @id and status = 'PENDING' and approval = 'WAITING'
        """,
        new { id, subject = caller.Subject, now, due = now + RequestExport.Promised, expires = now + RequestExport.Kept });

    public Task<Result<Export>> RejectAsync(Caller caller, Guid id, Refusal refusal, CancellationToken cancellation) => DecideAsync(
        caller, id,
        async (session, row, now) =>
        {
            await session.ExecuteAsync(
                """
                update customer_data_exports
                set status = 'FAILED', failure_code = 'rejected', approval = 'REJECTED', decided_by = @subject, decided_at = @now,
                    decision_reason = @reason, updated_at = @now
                where id = @id
                """,
                new { id, subject = caller.Subject, reason = refusal.Reason, now });
            await session.WriteFailedAsync(id, row.ExportType, row.About, "rejected", now);
        },
        cancellation);

    private Task<Result<Export>> DecideAsync(
        Caller caller, Guid id, Func<Session, ExportRow, DateTimeOffset, Task> decide, CancellationToken cancellation) => database.InTransactionAsync(
        caller,
        async session =>
        {
            var found = await ExportRow.FindAsync(session, caller, id, forUpdate: true);
            if (found.Failed(out var missing))
            {
                return missing;
            }

            if (found.Value is not { Status: ExportStatus.PENDING, Approval: ExportApproval.WAITING })
            {
                return ExportProblems.NotWaiting;
            }

            caller.Trail.Touch(found.Value.CustomerIds);
            await decide(session, found.Value, time.Now());
            return await GetExport.ExecuteAsync(session, caller, id);
        },
        cancellation);
}
