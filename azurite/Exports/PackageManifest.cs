using System.Text.Json;

namespace NxLoy.Functions.LocalStack.Exports;

/// <summary>manifest.json of a package, as far as it is checked. Written anew here: what the app says of itself proves nothing.</summary>
internal sealed record PackageManifest
{
    public const string FileName = "manifest.json";

    private const int KnownVersion = 1;

    public required int SchemaVersion { get; init; }

    public required Guid ExportId { get; init; }

    public required string ExportType { get; init; }

    public required DateTimeOffset PackedAt { get; init; }

    public required IReadOnlyList<Section> Sections { get; init; }

    public required IReadOnlyList<Listed> Files { get; init; }

    /// <exception cref="PackageFault">It is none, or of a version that is not known here.</exception>
    public static async Task<PackageManifest> ReadAsync(Stream json, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await JsonSerializer.DeserializeAsync<PackageManifest>(json, JsonSerializerOptions.Web, cancellationToken)
                ?? throw new PackageFault($"{FileName} is empty.");
            return manifest.SchemaVersion == KnownVersion ? manifest
                : throw new PackageFault($"{FileName} is of version {manifest.SchemaVersion}; this command knows version {KnownVersion}.");
        }
        catch (JsonException fault)
        {
            throw new PackageFault($"{FileName} cannot be read: {fault.Message}");
        }
    }

    internal sealed record Section(Guid BusinessId, string Name, DateTimeOffset AsOf, long Rows, IReadOnlyList<Column> Columns, string Json, string Csv);

    internal sealed record Column(string Name, string Type);

    internal sealed record Listed(string Name, long Bytes, string Sha256);
}
