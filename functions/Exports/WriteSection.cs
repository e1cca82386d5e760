using System.IO.Compression;
using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Writes one section into two blobs of its own. It counts once the row says so, in one statement that looks whether the
/// export is still wanted; what was written for nothing is deleted.
/// </summary>
public sealed class WriteSection(BusinessDatabase database, ExportKeys keys, ExportFiles files, TimeProvider time) : IDisposable
{
    private static readonly string[] Formats = ["json", "csv"];

    // Each has some 25 MB of buffers; the others of a process wait for their turn.
    private readonly SemaphoreSlim turns = new(2);

    /// <returns>False where the export has ended meanwhile.</returns>
    public async Task<bool> ExecuteAsync(ExportPiece piece, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            return await OpenAsync(piece, cancellation) is { } key && await WriteAsync(piece, key, cancellation);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => turns.Dispose();

    private async Task<BlobKey?> OpenAsync(ExportPiece piece, CancellationToken cancellation) =>
        await database.FindAsync<KeyRow>(
            piece.BusinessId,
            "select wrapped_key as wrapped from customer_data_exports where id = @ExportId and run = @Run and status = 'PROCESSING'",
            new { piece.Run.ExportId, piece.Run.Run }, cancellation) is { } row
            ? keys.Open(piece.Run.ExportId, row.Wrapped) : null;

    private async Task<bool> WriteAsync(ExportPiece piece, BlobKey key, CancellationToken cancellation)
    {
        var attempt = Guid.NewGuid();
        var names = Formats.ToDictionary(format => format, format => ExportFiles.Section(piece, attempt, format));
        var asOf = time.Now();
        (IReadOnlyList<ExportColumn> Columns, long Rows) written;
        try
        {
            written = await SectionRows.ReadAsync(
                database, piece, asOf, async section => (section.Columns, await WriteAsync(section, names, key, cancellation)), cancellation);
        }
        catch (Exception)
        {
            await files.ForgetAsync(names.Values);
            throw;
        }

        // When this itself fails nobody knows whether the row names the blobs, so they stay for the sweep to judge.
        var counts = await RecordAsync(piece, written.Rows, asOf, written.Columns, written.Rows > 0 ? attempt : null, cancellation);
        if (!counts)
        {
            await files.ForgetAsync(names.Values);
        }

        return counts;
    }

    private async Task<long> WriteAsync(SectionRows section, Dictionary<string, string> names, BlobKey key, CancellationToken cancellation)
    {
        using var writer = new SectionWriter(section.Columns);
        await using var rows = section.Rows.GetAsyncEnumerator(cancellation);
        if (await rows.MoveNextAsync())
        {
            // Packed already here: what lies between the two steps is a fraction of what is in the package.
            await using var json = new GZipStream(await files.WriteAsync(names["json"], key, cancellation), CompressionLevel.Fastest);
            await using var csv = new GZipStream(await files.WriteAsync(names["csv"], key, cancellation), CompressionLevel.Fastest);
            writer.Begin();
            do
            {
                writer.Add(rows.Current);
                if (writer.IsFull)
                {
                    await writer.FlushAsync(json, csv, cancellation);
                }
            }
            while (await rows.MoveNextAsync());

            writer.End();
            await writer.FlushAsync(json, csv, cancellation);
        }

        return writer.Rows == section.Expected ? writer.Rows
            : throw new IncompleteExportException($"A section has {writer.Rows} rows where its table has {section.Expected}.");
    }

    private async Task<bool> RecordAsync(
        ExportPiece piece, long rows, DateTimeOffset asOf, IReadOnlyList<ExportColumn> columns, Guid? attempt, CancellationToken cancellation)
    {
        var recorded = await database.InTransactionAsync<bool>(
            piece.BusinessId,
            async session =>
            {
                var live = await session.QueryAsync<int>(
                    "select run from customer_data_exports where id = @ExportId and run = @Run and status = 'PROCESSING' for share",
                    new { piece.Run.ExportId, piece.Run.Run });
                if (live.Count == 0)
                {
                    return false;
                }

                await session.ExecuteAsync(
                    """
                    update customer_data_export_sections
                    set rows = @rows, as_of = @asOf, columns = @columns::jsonb, attempt = @attempt
                    where export_id = @ExportId and business_id = @BusinessId and section = @Section
                    """,
                    new { rows, asOf, columns = JsonSerializer.Serialize(columns, JsonSerializerOptions.Web), attempt, piece.Run.ExportId, piece.BusinessId, piece.Section });
                return true;
            },
            cancellation);
        return recorded.Value;
    }

    private sealed record KeyRow
    {
        public required byte[] Wrapped { get; init; }
    }
}
