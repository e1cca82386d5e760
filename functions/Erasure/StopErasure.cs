using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>On what ground an erasure is refused: the body of a rejection.</summary>
/// <param name="Reason">1-1,000 characters; the customer is told.</param>
public sealed record Rejection(string Reason)
{
    public static Result<Rejection> From(Fields fields)
    {
        var reason = fields.Text("reason", Http.Reason.Length, required: true);
        return fields.Finish(() => new Rejection(reason!));
    }
}

/// <summary>Ends an erasure that has not begun to erase, and restores the customer.</summary>
public sealed class StopErasure(RestoreCustomer restore, TimeProvider time)
{
    /// <summary>Compliance refuses it, on a ground.</summary>
    public Task<Result<ErasureRequest>> RejectAsync(Caller caller, Guid id, Rejection rejection, CancellationToken cancellation) =>
        StopAsync(caller, id, ErasureStatus.REJECTED, rejection.Reason, cancellation);

    /// <summary>Who asked for it takes it back, or compliance does.</summary>
    public Task<Result<ErasureRequest>> CancelAsync(Caller caller, Guid id, Reason reason, CancellationToken cancellation) =>
        StopAsync(caller, id, ErasureStatus.CANCELLED, reason.Text, cancellation);

    private Task<Result<ErasureRequest>> StopAsync(Caller caller, Guid id, ErasureStatus status, string? reason, CancellationToken cancellation) =>
        restore.WithinAsync<ErasureRequest>(
            caller,
            async (session, restoring) =>
            {
                var now = time.Now();
                if (await ErasureRow.LockAsync(session, id, now) is not { } row || !row.IsVisibleTo(caller))
                {
                    return HttpProblems.NotFound;
                }

                caller.Trail.Touch(row.CustomerId);
                if (!MayStop(caller, row))
                {
                    return row.RequestedAs == "customer" ? ErasureProblems.NotYours : ErasureProblems.AskedByOthers;
                }

                if (row.Status is not (ErasureStatus.PENDING or ErasureStatus.APPROVED))
                {
                    return ErasureProblems.Ended(row.Status);
                }

                await session.ExecuteAsync(
                    """
                    update erasure_requests set status = @status, ended_by = @by, ended_at = @now, end_reason = @reason
                    where business_id = @business and id = @id
                    """,
                    new { business = session.Business, id, status = status.ToString(), by = caller.Subject, now, reason });
                await restoring(row.CustomerId);
                return (await ErasureRow.FindAsync(session, id, now))!.ToRequest(caller);
            },
            cancellation);

    // What the customer asked for, be it besides somebody else, is the customer's to take back, or compliance's.
    private static bool MayStop(Caller caller, ErasureRow row) => caller.Is(Role.Compliance)
        || (row.RequestedAs == "customer" ? caller.Is(Role.Customer) && caller.Subject == row.CustomerId.ToString() : row.RequestedBy == caller.Subject);
}
