using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>Opens a package for its caller, asking anew each time whether that one may have it.</summary>
public sealed class DownloadExport(BusinessDatabase database, ExportKeys keys, ExportFiles files, TimeProvider time)
{
    /// <param name="response">Is told how long the package is where the range lies beyond it.</param>
    /// <param name="range">The header Range; null for the whole.</param>
    internal async Task<Result<DownloadedExport>> ExecuteAsync(Caller caller, Guid id, HttpResponse response, string? range, CancellationToken cancellation)
    {
        var found = await database.InTransactionAsync(caller.Business, session => ExportRow.FindAsync(session, caller, id), cancellation);
        if (found.Failed(out var missing))
        {
            return missing;
        }

        var row = found.Value;
        if (row.Status == ExportStatus.EXPIRED || (row.Status == ExportStatus.COMPLETED && row.ExpiresAt <= time.Now()))
        {
            return ExportProblems.Expired;
        }

        if (row is not { Status: ExportStatus.COMPLETED, FileBlob: { } blob, FileBytes: { } length, WrappedKey: { } wrapped })
        {
            return ExportProblems.NotReady;
        }

        var asked = ByteRange.Parse(range, length);
        if (asked is { IsSatisfiable: false })
        {
            response.Headers.ContentRange = $"bytes */{length}";
            return ExportProblems.RangeNotSatisfiable;
        }

        var content = await OpenAsync(row.Id, blob, wrapped, asked ?? new ByteRange(0, length - 1), cancellation);
        if (content is null)
        {
            return ExportProblems.Expired; // this very moment
        }

        response.RegisterForDispose(content);
        return new DownloadedExport(row.Id, row.CustomerIds, content, length, asked);
    }

    private async Task<Stream?> OpenAsync(Guid id, string blob, byte[] wrapped, ByteRange range, CancellationToken cancellation)
    {
        var options = new BlobDownloadOptions { Range = new HttpRange(range.From, range.Length) };
        try
        {
            return (await (await files.BlobAsync(blob, keys.Open(id, wrapped), cancellation)).DownloadStreamingAsync(options, cancellation)).Value.Content;
        }
        catch (RequestFailedException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }
}
