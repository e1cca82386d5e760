using System.Collections.ObjectModel;

namespace NxLoy.Functions.Exports;

/// <summary>
/// The ids of all exports that are or were about a customer who is erased, and what is to be told of those that were open.
/// </summary>
public sealed class StoppedExports : ReadOnlyCollection<Guid>
{
    internal StoppedExports(IReadOnlyList<StoppedExport> met)
        : base([.. met.Select(export => export.Id)]) => Open = [.. met.Where(export => export.IsOpen)];

    internal IReadOnlyList<StoppedExport> Open { get; }
}

/// <summary>An export as the erasure met it.</summary>
internal sealed record StoppedExport
{
    public required Guid Id { get; init; }
    public required Guid AskedIn { get; init; }
    public required bool IsPerson { get; init; }
    public required Guid[] BusinessIds { get; init; }
    public required Guid[] CustomerIds { get; init; }
    public required ExportType ExportType { get; init; }
    public required bool IsOpen { get; init; }
}
