using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Customers;

/// <summary>The steps of <see cref="MetricsOrchestration"/>.</summary>
public sealed class MetricsActivities(RebuildMetrics rebuild)
{
    [Function(nameof(CutMetrics))]
    public Task<IReadOnlyList<MetricsPartition>> CutMetrics([ActivityTrigger] MetricsRebuild input, CancellationToken cancellation) =>
        rebuild.CutAsync(input, cancellation);

    [Function(nameof(RebuildMetricsPartition))]
    public Task RebuildMetricsPartition([ActivityTrigger] MetricsPartition input, CancellationToken cancellation) =>
        rebuild.ExecuteAsync(input, cancellation);

    [Function(nameof(FinishMetrics))]
    public Task FinishMetrics([ActivityTrigger] MetricsRebuild input, CancellationToken cancellation) =>
        rebuild.EndAsync(input, "COMPLETED", cancellation);

    [Function(nameof(FailMetrics))]
    public Task FailMetrics([ActivityTrigger] MetricsRebuild input, CancellationToken cancellation) =>
        rebuild.EndAsync(input, "FAILED", cancellation);
}
