using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Observability;

/// <summary>
/// Copies of checkpoints in blob storage, never overwritten. Who has the database, and even the key, can make the whole
/// audit log anew; without the blobs too it will not be like its copies.
/// </summary>
public sealed class CheckpointCopies(BlobStorage storage, WorkerDatabase database, IConfiguration configuration)
{
    private readonly string container = configuration["Storage:AuditContainer"] is { Length: > 0 } name ? name : "audit";

    /// <summary>False where no storage is configured: then nothing is copied and nothing compared.</summary>
    public bool AreKept => storage.IsConfigured;

    /// <summary>Copies the last checkpoint, if it is not there yet.</summary>
    public async Task CopyLastAsync(CancellationToken cancellation)
    {
        var last = await database.QueryAsync<CheckpointRow>(
            "select sequence, signed_at as signedat, heads::text as heads, mac from audit_checkpoints order by sequence desc limit 1", null, cancellation);
        if (!AreKept || last is not [var row])
        {
            return;
        }

        var copy = new CheckpointCopy(row.Sequence, row.SignedAt, Convert.ToHexStringLower(row.Mac));
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new { copy.Sequence, copy.SignedAt, Heads = JsonDocument.Parse(row.Heads).RootElement, copy.Mac }, JsonSerializerOptions.Web);
        try
        {
            await (await storage.ContainerAsync(container, cancellation)).GetBlobClient(copy.Name).UploadAsync(
                BinaryData.FromBytes(content),
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
                },
                cancellation);
        }
        catch (RequestFailedException exists) when (exists.Status == 409)
        {
            // Nothing was signed since the last copy.
        }
    }

    /// <summary>Every copy, in no order.</summary>
    internal async Task<IReadOnlyList<CheckpointCopy>> ListAsync(CancellationToken cancellation)
    {
        var copies = new List<CheckpointCopy>();
        await foreach (var blob in (await storage.ContainerAsync(container, cancellation)).GetBlobsAsync(
            BlobTraits.None, BlobStates.None, CheckpointCopy.Folder, cancellation))
        {
            if (CheckpointCopy.Of(blob.Name) is { } copy)
            {
                copies.Add(copy);
            }
        }

        return copies;
    }

    private sealed record CheckpointRow
    {
        public required long Sequence { get; init; }
        public required DateTimeOffset SignedAt { get; init; }
        public required string Heads { get; init; }
        public required byte[] Mac { get; init; }
    }
}
