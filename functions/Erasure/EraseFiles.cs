using Microsoft.DurableTask.Client;
using NxLoy.Functions.Database;
using NxLoy.Functions.Exports;

namespace NxLoy.Functions.Erasure;

/// <summary>What an erased customer has outside the tables: the packages of its exports, and the orchestrations that made them.</summary>
public sealed class EraseFiles(BusinessDatabase database, DeleteExportFiles files)
{
    public async Task ExecuteAsync(ErasureKey erasure, DurableTaskClient client, CancellationToken cancellation)
    {
        foreach (var export in await ExportsAsync(erasure, cancellation))
        {
            await ForgetAsync(client, export.ToString(), cancellation);
        }

        await DeleteAsync(erasure, cancellation);
    }

    /// <summary>Deletes the packages, also those that an activity wrote which had not yet heard.</summary>
    public async Task DeleteAsync(ErasureKey erasure, CancellationToken cancellation) =>
        await files.ExecuteAsync(erasure.BusinessId, await ExportsAsync(erasure, cancellation), cancellation);

    private static async Task ForgetAsync(DurableTaskClient client, string instance, CancellationToken cancellation)
    {
        if (await client.GetInstanceAsync(instance, cancellation) is not { } found)
        {
            return;
        }

        if (!found.IsCompleted)
        {
            await client.TerminateInstanceAsync(instance, output: null, cancellation);
            await client.WaitForInstanceCompletionAsync(instance, cancellation);
        }

        await client.PurgeInstanceAsync(instance, cancellation);
    }

    private Task<IReadOnlyList<Guid>> ExportsAsync(ErasureKey erasure, CancellationToken cancellation) => database.QueryAsync<Guid>(
        erasure.BusinessId,
        """
        select x.id from erasure_requests e join customer_data_exports x on x.customer_id = e.customer_id or x.business_id is null and e.customer_id = any(x.customer_ids)
        where e.business_id = @business and e.id = @id
        """,
        new { business = erasure.BusinessId, erasure.Id },
        cancellation);
}
