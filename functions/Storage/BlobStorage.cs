using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace NxLoy.Functions.Storage;

/// <summary>Azure Blob Storage, a container for each purpose, so that each can have a retention policy of its own.</summary>
/// <param name="service">Null where the settings name no storage: then nothing may be asked of it.</param>
public sealed class BlobStorage(BlobServiceClient? service)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, BlobContainerClient> made = new();

    public bool IsConfigured => service is not null;

    private BlobServiceClient Service => service ?? throw new InvalidOperationException("Storage:ConnectionString is not set.");

    /// <summary>A container, made where it does not exist. Nothing in it is open to the public.</summary>
    public async Task<BlobContainerClient> ContainerAsync(string name, CancellationToken cancellation)
    {
        if (made.TryGetValue(name, out var known))
        {
            return known;
        }

        var container = Service.GetBlobContainerClient(name);
        await container.CreateIfNotExistsAsync(PublicAccessType.None, cancellationToken: cancellation);
        return made.GetOrAdd(name, container);
    }

    /// <summary>
    /// A blob that the storage never sees the text of: encrypted here (AES-256-GCM in regions of 4 MiB), under a key of its
    /// own that <paramref name="key"/> wraps.
    /// </summary>
    public static BlobClient Encrypted(BlobContainerClient container, string name, BlobKey key) =>
        container.GetBlobClient(name).WithClientSideEncryptionOptions(new ClientSideEncryptionOptions(ClientSideEncryptionVersion.V2_0)
        {
            KeyEncryptionKey = key,
            KeyWrapAlgorithm = BlobKey.Algorithm,
        });

    /// <summary>Throws unless the storage answers.</summary>
    public Task PingAsync(CancellationToken cancellation) => Service.GetPropertiesAsync(cancellation);
}
