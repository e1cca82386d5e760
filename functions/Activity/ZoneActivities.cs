using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Activity;

/// <summary>The steps of <see cref="ZoneOrchestration"/>.</summary>
public sealed class ZoneActivities(RedateTransactions redate)
{
    [Function(nameof(CutZone))]
    public Task<IReadOnlyList<ZonePartition>> CutZone([ActivityTrigger] ZoneChange input, CancellationToken cancellation) =>
        redate.CutAsync(input, cancellation);

    [Function(nameof(MoveZonePartition))]
    public Task MoveZonePartition([ActivityTrigger] ZonePartition input, CancellationToken cancellation) =>
        redate.ExecuteAsync(input, cancellation);

    [Function(nameof(FinishZone))]
    public Task FinishZone([ActivityTrigger] ZoneChange input, CancellationToken cancellation) =>
        redate.FinishAsync(input, cancellation);
}
