using System.IO.Compression;
using System.Text;
using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>Writes the zip: the files of every section, the index for people, the manifest last. Memory does not grow with it.</summary>
public sealed class ExportPackage(BusinessDatabase database, ExportFiles files, TimeProvider time)
{
    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    /// <returns>The zip's length in bytes.</returns>
    internal async Task<long> WriteAsync(ExportRun run, ExportRow row, string name, BlobKey key, CancellationToken cancellation)
    {
        var (sections, written) = (new List<ManifestSection>(), new List<ManifestFile>());
        var packedAt = time.Now();
        await using var blob = new MeasuredStream(await files.WriteAsync(name, key, cancellation));
        await using (var zip = await ZipArchive.CreateAsync(blob, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancellation))
        {
            foreach (var (business, section) in await SectionsAsync(row, cancellation))
            {
                var folder = row.BusinessId is null ? $"{business:D}/" : "";
                sections.Add(await AddAsync(zip, folder, new ExportPiece(run, business, section.CustomerId, section.Section), section, key, written, cancellation));
            }

            var index = await ExportIndex.WriteAsync(database, row, sections, packedAt, cancellation);
            written.Add(await AddAsync(zip, ExportIndex.FileName, packedAt, (copy, token) => copy.WriteAsync(Encoding.UTF8.GetBytes(index), token), null, cancellation));
            var manifest = Manifest(row, sections, written, packedAt);
            await AddAsync(
                zip, ExportManifest.FileName, packedAt, (copy, token) => copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(manifest, Indented), token), null, cancellation);
        }

        return blob.Written;
    }

    private async Task<IReadOnlyList<(Guid Business, ExportSectionRow Section)>> SectionsAsync(ExportRow row, CancellationToken cancellation)
    {
        var sections = await database.InTransactionAsync<IReadOnlyList<(Guid, ExportSectionRow)>>(
            row.AskedIn,
            async session =>
            {
                var all = new List<(Guid, ExportSectionRow)>();
                foreach (var business in row.BusinessIds)
                {
                    all.AddRange((await ExportSectionRow.ReadAsync(session.As(business), row.Id)).Select(section => (business, section)));
                }

                return all;
            },
            cancellation);
        return sections.Value.Count == row.BusinessIds.Length * ExportSections.Of(row.ExportType).Count && sections.Value.All(one => one.Item2.Rows is not null)
            ? sections.Value : throw new IncompleteExportException("Not every section has been written.");
    }

    private async Task<ManifestSection> AddAsync(
        ZipArchive zip, string folder, ExportPiece piece, ExportSectionRow section, BlobKey key, List<ManifestFile> written, CancellationToken cancellation)
    {
        var columns = JsonSerializer.Deserialize<ExportColumn[]>(section.Columns!, JsonSerializerOptions.Web)!;
        var (json, csv) = ($"{folder}{piece.Section}.json", $"{folder}{piece.Section}.csv");
        var asOf = section.AsOf!.Value;
        var empty = SectionWriter.Empty(columns);
        written.Add(await AddAsync(zip, json, asOf, Content("json", empty.Json), copy => copy.JsonRows, cancellation, section.Rows));
        written.Add(await AddAsync(zip, csv, asOf, Content("csv", empty.Csv), copy => copy.CsvRows, cancellation, section.Rows));
        return new ManifestSection(piece.BusinessId, piece.Section, asOf, section.Rows!.Value, columns, json, csv);

        Func<CountedCopy, CancellationToken, Task> Content(string format, byte[] none) => async (copy, token) =>
        {
            if (section.Attempt is not { } attempt)
            {
                await copy.WriteAsync(none, token);
                return;
            }

            await using var packed = await files.ReadAsync(ExportFiles.Section(piece, attempt, format), key, token);
            await using var plain = new GZipStream(packed, CompressionMode.Decompress);
            await copy.CopyAsync(plain, token);
        };
    }

    private static async Task<ManifestFile> AddAsync(
        ZipArchive zip, string name, DateTimeOffset time, Func<CountedCopy, CancellationToken, Task> write, Func<CountedCopy, long>? rows,
        CancellationToken cancellation, long? expected = null)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Fastest);
        entry.LastWriteTime = time;
        await using var content = await entry.OpenAsync(cancellation);
        using var copy = new CountedCopy(content);
        await write(copy, cancellation);
        return rows is null || rows(copy) == expected
            ? new ManifestFile(name, copy.Bytes, copy.Sha256)
            : throw new IncompleteExportException($"A file has {rows(copy)} rows where its table has {expected}.");
    }

    private static ExportManifest Manifest(
        ExportRow row, IReadOnlyList<ManifestSection> sections, IReadOnlyList<ManifestFile> written, DateTimeOffset packedAt) => new()
    {
        SchemaVersion = ExportManifest.Version,
        ExportId = row.Id,
        ExportType = row.ExportType,
        PackedAt = packedAt,
        Scope = [.. row.About.Select(about => new ManifestScope(about.Business, row.ExportType == ExportType.BUSINESS_ANALYTICS ? null : about.Customer))],
        Sections = sections,
        Files = written,
        LeftOut = row.ExportType == ExportType.GDPR_FULL ? ExportSections.LeftOut : new Dictionary<string, string>(),
    };
}
