using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Lets an erasure run at its time; a legal hold still keeps it.</summary>
public sealed class ApproveErasure(BusinessDatabase database, ErasureOptions options, TimeProvider time)
{
    public Task<Result<ErasureRequest>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        database.InTransactionAsync(caller, session => ApproveAsync(session, caller, id, time.Now()), cancellation);

    private async Task<Result<ErasureRequest>> ApproveAsync(Session session, Caller caller, Guid id, DateTimeOffset now)
    {
        if (await ErasureRow.LockAsync(session, id, now) is not { } row)
        {
            return HttpProblems.NotFound;
        }

        caller.Trail.Touch(row.CustomerId);
        if (row.Status != ErasureStatus.PENDING)
        {
            return ErasureProblems.NotPending(row.Status);
        }

        var zone = await session.FindAsync<ZoneRow>("select time_zone as timezone from businesses where id = @business", new { business = session.Business });
        await session.ExecuteAsync(
            """
            update erasure_requests set status = 'APPROVED', approved_by = @by, approved_at = @now, erase_at = @eraseAt
            where business_id = @business and id = @id
            """,
            new
            {
                business = session.Business,
                id,
                by = caller.Subject,
                now,
                eraseAt = ErasureRules.EraseAt(row.RequestedAt, now, row.DueAt, options.CoolingOffDays, zone!.TimeZone),
            });
        return (await ErasureRow.FindAsync(session, id, now))!.ToRequest(caller);
    }

    private sealed record ZoneRow
    {
        public required string TimeZone { get; init; }
    }
}
