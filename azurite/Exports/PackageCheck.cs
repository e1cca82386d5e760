using System.IO.Compression;
using System.Security.Cryptography;

namespace NxLoy.Functions.LocalStack.Exports;

/// <summary>
/// Holds a package against its own manifest, without the app that made it: every file there and no other, each of the
/// length and digest that is listed, and each section with as many rows, of the columns and types that it says.
/// </summary>
internal static class PackageCheck
{
    /// <exception cref="PackageFault">The first thing that is wrong.</exception>
    public static async Task<PackageManifest> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var zip = await ZipFile.OpenReadAsync(path, cancellationToken);
            var entries = new Dictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
            foreach (var entry in zip.Entries)
                if (!entries.TryAdd(entry.FullName, entry))
                    throw new PackageFault($"{entry.FullName} is in it twice.");

            var manifest = await ManifestAsync(entries, cancellationToken);
            CheckNames(manifest, entries.Keys);
            foreach (var file in manifest.Files)
                await CheckContentAsync(file, entries[file.Name], cancellationToken);
            foreach (var section in manifest.Sections)
                await CheckRowsAsync(section, entries, cancellationToken);
            return manifest;
        }
        catch (InvalidDataException broken)
        {
            throw new PackageFault($"It is no readable zip: {broken.Message}");
        }
    }

    private static async Task<PackageManifest> ManifestAsync(Dictionary<string, ZipArchiveEntry> entries, CancellationToken cancellationToken)
    {
        if (!entries.TryGetValue(PackageManifest.FileName, out var entry))
            throw new PackageFault($"{PackageManifest.FileName} is missing.");
        await using var content = await entry.OpenAsync(cancellationToken);
        return await PackageManifest.ReadAsync(content, cancellationToken);
    }

    private static void CheckNames(PackageManifest manifest, IEnumerable<string> there)
    {
        var listed = manifest.Files.Select(file => file.Name).Append(PackageManifest.FileName).ToHashSet(StringComparer.Ordinal);
        var found = there.ToHashSet(StringComparer.Ordinal);
        if (listed.Except(found).Order(StringComparer.Ordinal).FirstOrDefault() is { } missing)
            throw new PackageFault($"{missing} is missing.");
        if (found.Except(listed).Order(StringComparer.Ordinal).FirstOrDefault() is { } strange)
            throw new PackageFault($"{strange} is not in the manifest.");
        if (manifest.Sections.SelectMany(section => new[] { section.Json, section.Csv }).FirstOrDefault(name => !listed.Contains(name)) is { } unlisted)
            throw new PackageFault($"{unlisted} is a section's and not among the files of the manifest.");
    }

    private static async Task CheckContentAsync(PackageManifest.Listed file, ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var content = await entry.OpenAsync(cancellationToken);
        var (buffer, length) = (new byte[128 * 1024], 0L);
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0; length += read)
            hash.AppendData(buffer, 0, read);
        if (length != file.Bytes)
            throw new PackageFault($"{file.Name} has {length} bytes, where the manifest says {file.Bytes}.");
        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != file.Sha256)
            throw new PackageFault($"{file.Name} was changed: its SHA-256 is not the manifest's.");
    }

    private static async Task CheckRowsAsync(PackageManifest.Section section, Dictionary<string, ZipArchiveEntry> entries, CancellationToken cancellationToken)
    {
        await using (var json = await entries[section.Json].OpenAsync(cancellationToken))
            RequireRows(section, section.Json, await SectionCheck.JsonAsync(section, json, cancellationToken));
        await using var csv = await entries[section.Csv].OpenAsync(cancellationToken);
        RequireRows(section, section.Csv, await SectionCheck.CsvAsync(section, csv, cancellationToken));
    }

    private static void RequireRows(PackageManifest.Section section, string file, long rows)
    {
        if (rows != section.Rows)
            throw new PackageFault($"{file} has {rows} rows, where the manifest says {section.Rows}.");
    }
}
