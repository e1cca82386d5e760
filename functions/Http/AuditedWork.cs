using NxLoy.Functions.Database;

namespace NxLoy.Functions.Http;

public static class AuditedWork
{
    /// <summary>
    /// Runs a caller's change in one transaction as the caller's business, and records it in the audit log just before it
    /// commits. A refused change is rolled back and leaves no row.
    /// </summary>
    public static Task<Result<T>> InTransactionAsync<T>(
        this BusinessDatabase database, Caller caller, Func<Session, Task<Result<T>>> work, CancellationToken cancellation) =>
        database.InTransactionAsync(
            caller.Business,
            async session =>
            {
                var result = await work(session);
                if (result.Problem is null)
                {
                    await caller.Trail.FlushAsync();
                }

                return result;
            },
            cancellation);
}
