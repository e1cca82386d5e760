using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Erasure;

/// <summary>The steps of <see cref="ErasureOrchestration"/>.</summary>
public sealed class ErasureActivities(PlanErasure plan, EraseRows rows, EraseFiles files, CopyToLedger copy, ScanForErased scan, CompleteErasure complete)
{
    [Function(nameof(PlanErasure))]
    public Task<ErasurePlan> PlanErasure([ActivityTrigger] ErasureKey input, CancellationToken cancellation) => plan.ExecuteAsync(input, cancellation);

    [Function(nameof(EraseRows))]
    public Task<bool> EraseRows([ActivityTrigger] ErasureKey input, CancellationToken cancellation) => rows.ExecuteAsync(input, cancellation);

    [Function(nameof(EraseFiles))]
    public Task EraseFiles([ActivityTrigger] ErasureKey input, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        files.ExecuteAsync(input, client, cancellation);

    [Function(nameof(CopyToLedger))]
    public Task CopyToLedger([ActivityTrigger] ErasureKey input, CancellationToken cancellation) => copy.ExecuteAsync(input, cancellation);

    [Function(nameof(BeginErasureScan))]
    public Task<IReadOnlyList<ScannedPart>> BeginErasureScan([ActivityTrigger] ErasureKey input, CancellationToken cancellation) => scan.BeginAsync(input, cancellation);

    [Function(nameof(ScanForErased))]
    public Task<int> ScanForErased([ActivityTrigger] ScannedPart input, CancellationToken cancellation) => scan.ExecuteAsync(input, cancellation);

    [Function(nameof(CompleteErasure))]
    public Task CompleteErasure([ActivityTrigger] ErasureKey input, CancellationToken cancellation) => complete.ExecuteAsync(input, cancellation);

    [Function(nameof(AlertErasureFailed))]
    public void AlertErasureFailed([ActivityTrigger] ErasureKey input) => plan.AlertFailed(input);
}
