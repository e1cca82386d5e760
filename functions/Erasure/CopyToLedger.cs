using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs.Models;
using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Erasure;

/// <summary>
/// Copies the ledger's entries to blob storage, one blob each, never overwritten: who restores the database to a time
/// before an erasure finds there whom to erase again.
/// </summary>
public sealed class CopyToLedger(BusinessDatabase database, BlobStorage storage, ErasureOptions options)
{
    public async Task ExecuteAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        var entry = await database.FindAsync<EntryRow>(
            erasure.BusinessId,
            """
            select erasure_id as erasureid, business_id as businessid, customer_id as customerid, erased_at as erasedat,
                email_digest as emaildigest, phone_digest as phonedigest, external_id_digest as externaliddigest
            from erasure_ledger where business_id = @business and erasure_id = @id and not is_copied
            """,
            new { business = erasure.BusinessId, erasure.Id },
            cancellation);
        if (entry is null || !storage.IsConfigured)
        {
            return;
        }

        await UploadAsync(entry.ToEntry(), cancellation);
        await database.QueryAsync<int>(
            erasure.BusinessId,
            "update erasure_ledger set is_copied = true where business_id = @business and erasure_id = @id",
            new { business = erasure.BusinessId, erasure.Id },
            cancellation);
    }

    private async Task UploadAsync(LedgerEntry entry, CancellationToken cancellation)
    {
        try
        {
            await (await storage.ContainerAsync(options.LedgerContainer, cancellation)).GetBlobClient(entry.Name).UploadAsync(
                BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(entry, JsonSerializerOptions.Web)),
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
                },
                cancellation);
        }
        catch (RequestFailedException exists) when (exists.Status == 409)
        {
            // Copied before, by whoever died before it could say so.
        }
    }

    private sealed record EntryRow
    {
        public required Guid ErasureId { get; init; }
        public required Guid BusinessId { get; init; }
        public required Guid CustomerId { get; init; }
        public required DateTimeOffset ErasedAt { get; init; }
        public required byte[] EmailDigest { get; init; }
        public required byte[]? PhoneDigest { get; init; }
        public required byte[]? ExternalIdDigest { get; init; }

        public LedgerEntry ToEntry() => new(ErasureId, BusinessId, CustomerId, ErasedAt, EmailDigest, PhoneDigest, ExternalIdDigest);
    }
}

/// <summary>One erased customer, as blob storage keeps it: ids, a time, and digests that say nothing to others.</summary>
/// <param name="EmailDigest">See <see cref="Preferences.ErasedPeople"/>; base64 in JSON.</param>
/// <param name="ExternalIdDigest">Not in the first entries that were written.</param>
public sealed record LedgerEntry(
    Guid ErasureId, Guid BusinessId, Guid CustomerId, DateTimeOffset ErasedAt, byte[] EmailDigest, byte[]? PhoneDigest, byte[]? ExternalIdDigest = null)
{
    public const string Folder = "ledger/";

    /// <summary>Tells the business and the erasure, so that what the database lacks is found without opening one.</summary>
    [JsonIgnore]
    public string Name => NameOf(new ErasureKey(BusinessId, ErasureId));

    public static string NameOf(ErasureKey erasure) => $"{Folder}{erasure.BusinessId}/{erasure.Id}.json";

    /// <summary>Null for what is no entry of ours.</summary>
    public static ErasureKey? KeyOf(string name) =>
        name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal)
        && name[Folder.Length..^".json".Length].Split('/') is [var business, var erasure]
        && Guid.TryParseExact(business, "D", out var businessId) && Guid.TryParseExact(erasure, "D", out var id)
            ? new ErasureKey(businessId, id)
            : null;
}
