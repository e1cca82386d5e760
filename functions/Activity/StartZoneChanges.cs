using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Finds the businesses whose transactions still have to be dated in a new zone, and starts it. What failed, or lost its
/// orchestration, is started again: the row says what is wanted, whoever runs it.
/// </summary>
public sealed class StartZoneChanges(WorkerDatabase worker)
{
    /// <param name="start">Starts the orchestration unless it runs already.</param>
    /// <param name="cancellation">The host stops.</param>
    /// <exception cref="AggregateException">Some could not be started; the others were.</exception>
    public async Task ExecuteAsync(Func<ZoneChange, Task> start, CancellationToken cancellation)
    {
        var open = await worker.QueryAsync<OpenRow>(
            "select business_id as businessid, number from zone_changes where finished_at is null order by business_id", null, cancellation);
        var failures = new List<Exception>();
        foreach (var row in open)
        {
            try
            {
                await start(new ZoneChange(row.BusinessId, row.Number));
            }
#pragma warning disable CA1031 // Whatever befell one business, the others have their turn; all of it is thrown below
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failures.Add(exception);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(failures);
        }
    }

    private sealed record OpenRow
    {
        public required Guid BusinessId { get; init; }
        public required long Number { get; init; }
    }
}
