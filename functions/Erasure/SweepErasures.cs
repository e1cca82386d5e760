using NxLoy.Functions.Database;

namespace NxLoy.Functions.Erasure;

/// <summary>Finds the erasures whose orchestration has to be there, and those whose orchestration has done its work.</summary>
public sealed class SweepErasures(WorkerDatabase worker, BusinessDatabase database)
{
    /// <param name="ensure">Starts an open request's orchestration, or has it look again.</param>
    /// <param name="purge">Forgets an ended request's orchestration; false where it has not ended yet.</param>
    /// <param name="cancellation">The host stops.</param>
    public async Task ExecuteAsync(Func<ErasureKey, Task> ensure, Func<ErasureKey, Task<bool>> purge, CancellationToken cancellation)
    {
        var failures = new List<Exception>();
        foreach (var row in await worker.QueryAsync<SweptRow>(
            "select id, business_id as businessid, status in ('PENDING', 'APPROVED', 'PROCESSING') as isopen from erasure_requests where not is_swept order by id",
            null, cancellation))
        {
            try
            {
                await SweepAsync(new ErasureKey(row.BusinessId, row.Id), row.IsOpen, ensure, purge, cancellation);
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                failures.Add(failed); // one that cannot be swept keeps nobody from the others
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException("Some erasures could not be swept.", failures);
        }
    }

    private async Task SweepAsync(ErasureKey erasure, bool isOpen, Func<ErasureKey, Task> ensure, Func<ErasureKey, Task<bool>> purge, CancellationToken cancellation)
    {
        if (isOpen)
        {
            await ensure(erasure);
            return;
        }

        if (!await purge(erasure))
        {
            return;
        }

        await database.QueryAsync<int>(
            erasure.BusinessId,
            "update erasure_requests set is_swept = true where business_id = @business and id = @id",
            new { business = erasure.BusinessId, erasure.Id },
            cancellation);
    }

    private sealed record SweptRow
    {
        public required Guid Id { get; init; }
        public required Guid BusinessId { get; init; }
        public required bool IsOpen { get; init; }
    }
}
