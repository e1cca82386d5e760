using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// After a restore: whom the ledger in blob storage names as erased and the database does not is erased again, at once.
/// Finds nothing to do on any other night.
/// </summary>
public sealed partial class ApplyLedger(
    WorkerDatabase worker, BusinessDatabase database, BlobStorage storage, ErasureOptions options, TimeProvider time, ILogger<ApplyLedger> logger)
{
    private const int Batch = 1000;

    /// <param name="ensure">Starts the orchestration of an erasure that is to be done again.</param>
    /// <param name="cancellation">The host stops.</param>
    /// <returns>How many entries the database lacked.</returns>
    public async Task<int> ExecuteAsync(Func<ErasureKey, Task> ensure, CancellationToken cancellation)
    {
        if (!storage.IsConfigured)
        {
            return 0;
        }

        var container = await storage.ContainerAsync(options.LedgerContainer, cancellation);
        var lacking = 0;
        await foreach (var page in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, LedgerEntry.Folder, cancellation).AsPages(pageSizeHint: Batch))
        {
            var keys = page.Values.Select(blob => LedgerEntry.KeyOf(blob.Name)).OfType<ErasureKey>().ToDictionary(key => key.Id);
            foreach (var id in await LackingAsync([.. keys.Keys], cancellation))
            {
                var key = keys[id];
                var entry = (await container.GetBlobClient(LedgerEntry.NameOf(key)).DownloadContentAsync(cancellation)).Value.Content.ToObjectFromJson<LedgerEntry>(JsonSerializerOptions.Web)!;
                if (await TakeInAsync(entry, cancellation))
                {
                    await ensure(key);
                }

                lacking++;
            }
        }

        Log.Applied(logger, lacking);
        return lacking;
    }

    private async Task<List<Guid>> LackingAsync(Guid[] ids, CancellationToken cancellation) =>
    [
        .. await worker.QueryAsync<Guid>(
            "select id from unnest(@ids) as id where not exists (select from erasure_ledger l where l.erasure_id = id)", new { ids }, cancellation),
    ];

    // True where the customer is there again and must go again. One that was created after the backup is not.
    private async Task<bool> TakeInAsync(LedgerEntry entry, CancellationToken cancellation)
    {
        var taken = await database.InTransactionAsync<bool>(
            entry.BusinessId,
            async session =>
            {
                var now = time.Now();
                var args = new { business = session.Business, customer = entry.CustomerId, id = entry.ErasureId, now, entry.ErasedAt, entry.EmailDigest, entry.PhoneDigest };
                var customers = await session.QueryAsync<bool>(
                    "select erased_at is not null from customers where business_id = @business and id = @customer for update", args);
                if (customers is not [false])
                {
                    await session.ExecuteAsync(
                        """
                        insert into erasure_ledger (erasure_id, business_id, customer_id, erased_at, email_digest, phone_digest, is_copied)
                        values (@id, @business, @customer, @erasedAt, @emailDigest, @phoneDigest, true)
                        on conflict (erasure_id) do nothing
                        """,
                        args);
                    return false;
                }

                await session.ExecuteAsync(
                    """
                    update erasure_requests set status = 'CANCELLED', ended_by = 'ledger', ended_at = @now
                    where business_id = @business and customer_id = @customer and id <> @id and status in ('PENDING', 'APPROVED')
                    """,
                    args);
                await session.ExecuteAsync(
                    """
                    insert into erasure_requests (id, business_id, customer_id, status, requested_by, requested_as, requested_at, due_at, approved_by, approved_at, erase_at)
                    values (@id, @business, @customer, 'APPROVED', 'ledger', 'ledger', @now, @now, 'ledger', @now, @now)
                    on conflict (id) do update
                    set status = 'APPROVED', approved_by = coalesce(erasure_requests.approved_by, 'ledger'), approved_at = coalesce(erasure_requests.approved_at, @now),
                        erase_at = @now, ended_by = null, ended_at = null, end_reason = null, is_swept = false
                    where erasure_requests.status in ('PENDING', 'APPROVED', 'REJECTED', 'CANCELLED')
                    """,
                    args);
                return (Result<bool>)true;
            },
            cancellation);
        return taken.Value;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The erasure ledger was compared: the database lacked {Count} of its entries")]
        public static partial void Applied(ILogger logger, int count);
    }
}
