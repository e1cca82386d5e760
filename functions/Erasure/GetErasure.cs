using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>One erasure, for whom it concerns.</summary>
public sealed class GetErasure(BusinessDatabase database, TimeProvider time)
{
    public async Task<Result<ErasureRequest>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        await database.FindAsync<ErasureRow>(
            caller.Business,
            $"select {ErasureRow.Columns} from erasure_requests e where e.business_id = @business and e.id = @id",
            new { business = caller.Business, id, now = time.Now() },
            cancellation) is { } row && row.IsVisibleTo(caller)
            ? row.ToRequest(caller)
            : HttpProblems.NotFound;
}
