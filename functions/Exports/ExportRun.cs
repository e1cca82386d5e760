namespace NxLoy.Functions.Exports;

/// <summary>One try at packing an export. Carried through the orchestration, so it holds ids alone.</summary>
/// <param name="ExportId">Which.</param>
/// <param name="BusinessId">The business it was asked for in.</param>
/// <param name="Run">Counts retries; an earlier run's work counts for nothing.</param>
public sealed record ExportRun(Guid ExportId, Guid BusinessId, int Run)
{
    /// <summary>The export's own id, so that it can be started twice and runs once.</summary>
    public string InstanceId => ExportId.ToString("D");
}

/// <summary>A section of it, of one business.</summary>
/// <param name="Run">Which it is a piece of.</param>
/// <param name="BusinessId">Whose data.</param>
/// <param name="CustomerId">About whom.</param>
/// <param name="Section">The section's name.</param>
public sealed record ExportPiece(ExportRun Run, Guid BusinessId, Guid CustomerId, string Section);
