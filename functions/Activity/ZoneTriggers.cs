using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Activity;

/// <summary>Starts what businesses that have moved to another time zone wait for.</summary>
public sealed class ZoneTriggers(StartZoneChanges start)
{
    [Function("EveryMinuteMoveZones")]
    public Task EveryMinuteMoveZones(
        [TimerTrigger("40 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation) =>
        start.ExecuteAsync(zone => StartAsync(client, zone, cancellation), cancellation);

    private static async Task StartAsync(DurableTaskClient client, ZoneChange zone, CancellationToken cancellation)
    {
        if (await client.EnsureAsync(nameof(ZoneOrchestration.MoveZone), zone, zone.InstanceId, cancellation))
        {
            await client.PurgeInstanceAsync((zone with { Number = zone.Number - 1 }).InstanceId, cancellation);
        }
    }
}
