using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Configuration;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>
/// The blobs of exports. All of one stand under <c>{business}/{export}/</c>, those of each run in a folder of their own, and
/// each try writes under names of its own, so that a slow try never spoils what a later one wrote: the row says which names
/// count.
/// </summary>
public sealed class ExportFiles(BlobStorage storage, IConfiguration configuration)
{
    private readonly string container = configuration["Storage:ExportsContainer"] is { Length: > 0 } name ? name : "exports";

    public static string Prefix(ExportRun run) => string.Create(CultureInfo.InvariantCulture, $"{Prefix(run.BusinessId, run.ExportId)}{run.Run}/");

    public static string Prefix(Guid business, Guid export) => $"{business:D}/{export:D}/";

    public static string Package(ExportRun run, Guid attempt) => $"{Prefix(run)}package.{attempt:N}.zip";

    /// <param name="format">json or csv.</param>
    public static string Section(ExportPiece piece, Guid attempt, string format) =>
        $"{Prefix(piece.Run)}{piece.BusinessId:D}.{piece.Section}.{attempt:N}.{format}.gz";

    public async Task<BlobClient> BlobAsync(string name, BlobKey key, CancellationToken cancellation) =>
        BlobStorage.Encrypted(await storage.ContainerAsync(container, cancellation), name, key);

    /// <summary>A new blob to write from its beginning to its end. It is there once the stream is disposed of.</summary>
    public async Task<Stream> WriteAsync(string name, BlobKey key, CancellationToken cancellation) =>
        await (await BlobAsync(name, key, cancellation)).OpenWriteAsync(overwrite: true, cancellationToken: cancellation);

    /// <summary>A blob's content as it was written.</summary>
    public async Task<Stream> ReadAsync(string name, BlobKey key, CancellationToken cancellation) =>
        (await (await BlobAsync(name, key, cancellation)).DownloadStreamingAsync(cancellationToken: cancellation)).Value.Content;

    public async Task DeleteAsync(IEnumerable<string> names, CancellationToken cancellation)
    {
        var blobs = await storage.ContainerAsync(container, cancellation);
        foreach (var name in names)
        {
            await blobs.DeleteBlobIfExistsAsync(name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellation);
        }
    }

    /// <summary>Deletes them as far as it can be done now: what the storage refuses is left to the sweep.</summary>
    public async Task ForgetAsync(IEnumerable<string> names)
    {
        try
        {
            await DeleteAsync(names, CancellationToken.None);
        }
        catch (Exception gone) when (gone is RequestFailedException or AggregateException or IOException)
        {
        }
    }

    /// <summary>Deletes every blob of an export.</summary>
    public Task DeleteAllAsync(Guid business, Guid export, CancellationToken cancellation) =>
        DeleteBelowAsync(Prefix(business, export), _ => true, cancellation);

    /// <summary>Deletes what a run and those before it wrote, but one blob. What a later run writes meanwhile stays.</summary>
    public Task DeleteThroughAsync(ExportRun run, string? but, CancellationToken cancellation)
    {
        var prefix = Prefix(run.BusinessId, run.ExportId);
        return DeleteBelowAsync(prefix, name => name != but && RunOf(name[prefix.Length..]) <= run.Run, cancellation);
    }

    private async Task DeleteBelowAsync(string prefix, Func<string, bool> which, CancellationToken cancellation)
    {
        var names = new List<string>();
        await foreach (var blob in (await storage.ContainerAsync(container, cancellation)).GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellation))
        {
            names.Add(blob.Name);
        }

        await DeleteAsync(names.Where(which), cancellation);
    }

    // What no run wrote is nobody's, and as old as can be.
    private static int RunOf(string name) =>
        name.Split('/') is [var run, _] && int.TryParse(run, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The exports that have blobs, as (business, export).</summary>
    public async Task<IReadOnlyList<(Guid Business, Guid Export)>> ListAsync(CancellationToken cancellation)
    {
        var found = new HashSet<(Guid, Guid)>();
        await foreach (var blob in (await storage.ContainerAsync(container, cancellation)).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancellation))
        {
            if (blob.Name.Split('/') is [var business, var export, ..] && Guid.TryParse(business, out var b) && Guid.TryParse(export, out var e))
            {
                found.Add((b, e));
            }
        }

        return [.. found];
    }
}
