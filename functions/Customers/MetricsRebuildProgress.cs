namespace NxLoy.Functions.Customers;

/// <summary>Where the last look over a business's figures stands.</summary>
/// <param name="LocalDay">The date in the business's zone that it is for; null before the first one.</param>
/// <param name="Status">PENDING (none yet: the next starts within a quarter of an hour), RUNNING, COMPLETED or FAILED (tried again within a quarter of an hour).</param>
/// <param name="Progress">0-100.</param>
/// <param name="Customers">Customers looked at so far.</param>
/// <param name="Corrected">Those whose figures were not what their transactions say, and have been mended.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended; null while it runs.</param>
public sealed record MetricsRebuildProgress(
    DateOnly? LocalDay, string Status, int Progress, long Customers, long Corrected, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);
