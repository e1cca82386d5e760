namespace NxLoy.Functions.Exports;

/// <summary>manifest.json, the last file of a package: what is in it, so that whoever has it can prove it whole.</summary>
public sealed record ExportManifest
{
    /// <summary>Raised when files or columns change their meaning.</summary>
    public const int Version = 1;

    public const string FileName = "manifest.json";

    public required int SchemaVersion { get; init; }

    public required Guid ExportId { get; init; }

    public required ExportType ExportType { get; init; }

    /// <summary>When the package was put together.</summary>
    public required DateTimeOffset PackedAt { get; init; }

    /// <summary>Whom it is about. An analytics package names nobody.</summary>
    public required IReadOnlyList<ManifestScope> Scope { get; init; }

    public required IReadOnlyList<ManifestSection> Sections { get; init; }

    /// <summary>Every file but this one.</summary>
    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>What is kept and not in a full package, and why.</summary>
    public required IReadOnlyDictionary<string, string> LeftOut { get; init; }
}

/// <summary>A business, and who the person is there.</summary>
public sealed record ManifestScope(Guid BusinessId, Guid? CustomerId);

/// <summary>One section of one business.</summary>
/// <param name="BusinessId">Whose data.</param>
/// <param name="Name">The section.</param>
/// <param name="AsOf">The instant it stands for.</param>
/// <param name="Rows">In either file.</param>
/// <param name="Columns">Of each row.</param>
/// <param name="Json">The file's name.</param>
/// <param name="Csv">The file's name.</param>
public sealed record ManifestSection(
    Guid BusinessId, string Name, DateTimeOffset AsOf, long Rows, IReadOnlyList<ExportColumn> Columns, string Json, string Csv);

/// <summary>A file of the package.</summary>
/// <param name="Name">Its path in the zip.</param>
/// <param name="Bytes">Its length, unpacked.</param>
/// <param name="Sha256">Of its content, 64 hexadecimal digits.</param>
public sealed record ManifestFile(string Name, long Bytes, string Sha256);
