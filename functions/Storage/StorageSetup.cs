using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace NxLoy.Functions.Storage;

internal static class StorageSetup
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(new BlobStorage(configuration["Storage:ConnectionString"] is { Length: > 0 } connection ? Client(connection) : null))
            .AddRedis(configuration);

    private static BlobServiceClient Client(string connection)
    {
        try
        {
            return new BlobServiceClient(connection, new BlobClientOptions { Retry = { MaxRetries = 2 } });
        }
        catch (Exception unreadable) when (unreadable is FormatException or ArgumentException)
        {
            // The library's message may repeat it, key and all.
            throw new InvalidOperationException("The setting Storage:ConnectionString is no connection string of a storage account. See docs/settings.md.");
        }
    }
}
