using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>
/// A package, or a part of it, on its way out. It goes piece by piece, so that nothing large is ever in memory; the audit
/// log has its row before the first byte, as for every answer about customers.
/// </summary>
/// <param name="range">Null sends the whole.</param>
internal sealed class DownloadedExport(Guid id, IReadOnlyList<Guid> customers, Stream content, long length, ByteRange? range)
    : IResult, IStatusCodeHttpResult, IAboutCustomers
{
    public const string MediaType = "application/zip";

    int? IStatusCodeHttpResult.StatusCode => range is null ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;

    IEnumerable<Guid>? IAboutCustomers.Customers => customers;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = range is null ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        response.ContentType = MediaType;
        response.ContentLength = range?.Length ?? length;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"export-{id:D}.zip\"";
        if (range is not null)
        {
            response.Headers.ContentRange = range.ContentRange(length);
        }

        await content.CopyToAsync(response.Body, httpContext.RequestAborted);
    }
}
