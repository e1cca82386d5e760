using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Observability;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// After a restore: whom the ledger in blob storage names as erased and the database does not is erased again, at once.
/// Finds nothing to do on any other night.
/// </summary>
public sealed partial class ApplyLedger(
    WorkerDatabase worker, BusinessDatabase database, BlobStorage storage, ErasureOptions options, Alerts alerts, TimeProvider time, ILogger<ApplyLedger> logger)
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
        var (lacking, failures) = (0, new List<Exception>());
        await foreach (var page in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, LedgerEntry.Folder, cancellation).AsPages(pageSizeHint: Batch))
        {
            var keys = page.Values.Select(blob => LedgerEntry.KeyOf(blob.Name)).OfType<ErasureKey>().ToDictionary(key => key.Id);
            foreach (var id in await LackingAsync([.. keys.Keys], cancellation))
            {
                try
                {
                    await ApplyAsync(container, keys[id], ensure, cancellation);
                    lacking++;
                }
                catch (Exception failed) when (failed is not OperationCanceledException)
                {
                    failures.Add(failed); // one that cannot be read keeps nobody from the others
                }
            }
        }

        Log.Applied(logger, lacking);
        return failures.Count == 0 ? lacking : throw new AggregateException("Some entries of the erasure ledger could not be applied.", failures);
    }

    private async Task ApplyAsync(BlobContainerClient container, ErasureKey key, Func<ErasureKey, Task> ensure, CancellationToken cancellation)
    {
        var blob = await container.GetBlobClient(LedgerEntry.NameOf(key)).DownloadContentAsync(cancellation);
        if (await TakeInAsync(blob.Value.Content.ToObjectFromJson<LedgerEntry>(JsonSerializerOptions.Web)!, cancellation))
        {
            await ensure(key);
        }
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
                var args = new { business = session.Business, customer = entry.CustomerId, id = entry.ErasureId, now, entry.ErasedAt, entry.EmailDigest, entry.PhoneDigest, entry.ExternalIdDigest };
                await session.ExecuteAsync("select 1 from erasure_requests where business_id = @business and id = @id for update", args);
                var customers = await session.QueryAsync<bool>(
                    "select erased_at is not null from customers where business_id = @business and id = @customer for update", args);

                // As it was known then; what the customer was known by in the backup is erased with it, and was erased before.
                await session.ExecuteAsync(
                    """
                    insert into erasure_ledger (erasure_id, business_id, customer_id, erased_at, email_digest, phone_digest, external_id_digest, is_copied)
                    values (@id, @business, @customer, @erasedAt, @emailDigest, @phoneDigest, @externalIdDigest, true)
                    on conflict (erasure_id) do nothing
                    """,
                    args);
                if (customers is not [false])
                {
                    return false;
                }

                // Out of sight and out of audiences before anything else; a hold that the backup brought back may make it wait.
                await DeleteCustomer.ExecuteAsync(session, entry.CustomerId, new IfMatch(["*"]), new Reason(null), true, now);
                if ((await session.QueryAsync<bool>(
                    "select exists (select from legal_holds where business_id = @business and customer_id = @customer and released_at is null and (until is null or until > @now))",
                    args))[0])
                {
                    alerts.Raise("erasure_held_after_restore", entry.BusinessId, entry.ErasureId, "A legal hold stands in the restored database that did not stand when the customer was erased: release it if it was released.");
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
