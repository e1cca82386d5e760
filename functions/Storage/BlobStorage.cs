using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

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

    /// <summary>Throws unless the storage answers.</summary>
    public Task PingAsync(CancellationToken cancellation) => Service.GetPropertiesAsync(cancellation);
}
