using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Exports;

/// <summary>What exports need regularly: somebody who looks whether any fell through.</summary>
public sealed class ExportTriggers(SweepExports sweep)
{
    [Function("EveryFiveMinutesSweepExports")]
    public Task EveryFiveMinutesSweepExports(
        [TimerTrigger("20 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        sweep.ExecuteAsync(
            run => ExportOrchestration.StartAsync(client, run, cancellation), run => ExportOrchestration.ForgetAsync(client, run, cancellation), cancellation);

    [Function("EveryNightSweepExportFiles")]
    public Task EveryNightSweepExportFiles([TimerTrigger("0 50 3 * * *")] TimerInfo timer, CancellationToken cancellation) =>
        sweep.SweepFilesAsync(cancellation);
}
