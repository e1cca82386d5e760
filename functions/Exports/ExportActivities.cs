using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Exports;

/// <summary>The steps of <see cref="ExportOrchestration"/>.</summary>
public sealed class ExportActivities(BeginExport begin, WriteSection write, PackExport pack, EndExport end, ExportFaults faults)
{
    [Function(nameof(BeginExport))]
    public Task<IReadOnlyList<ExportPiece>> BeginExport([ActivityTrigger] ExportRun input, CancellationToken cancellation) =>
        faults.WatchAsync(input, () => begin.ExecuteAsync(input, cancellation), cancellation);

    [Function(nameof(WriteExportSection))]
    public Task<bool> WriteExportSection([ActivityTrigger] ExportPiece input, CancellationToken cancellation) =>
        faults.WatchAsync(input.Run, () => write.ExecuteAsync(input, cancellation), cancellation);

    [Function(nameof(CompleteExport))]
    public Task<DateTimeOffset?> CompleteExport([ActivityTrigger] ExportRun input, CancellationToken cancellation) =>
        faults.WatchAsync(input, () => pack.ExecuteAsync(input, cancellation), cancellation);

    [Function(nameof(FailExport))]
    public Task FailExport([ActivityTrigger] ExportRun input, CancellationToken cancellation) => end.FailAsync(input, cancellation);

    [Function(nameof(ExpireExport))]
    public Task ExpireExport([ActivityTrigger] ExportRun input, CancellationToken cancellation) => end.ExpireAsync(input, cancellation);
}
