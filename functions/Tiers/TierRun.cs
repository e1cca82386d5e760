namespace NxLoy.Functions.Tiers;

/// <summary>One evaluation of all of a business's customers. Carried through the orchestration, so it holds ids alone.</summary>
public sealed record TierRun(Guid BusinessId, Guid Id)
{
    /// <summary>The same for the same run, so that it can be started twice and runs once.</summary>
    public string InstanceId => $"tiers-{Id:N}";
}

/// <summary>A piece of a run: the customers from one id up to another.</summary>
/// <param name="Run">Which it is a piece of.</param>
/// <param name="Number">From 0.</param>
/// <param name="From">The first id that belongs to it.</param>
/// <param name="Before">The first that no longer does.</param>
public sealed record TierPartition(TierRun Run, int Number, Guid From, Guid Before);

/// <summary>Where an evaluation of everybody stands.</summary>
/// <param name="Kind">Why it runs: a new day, a new configuration, or somebody's request.</param>
/// <param name="Status">QUEUED (starts within a quarter of an hour), RUNNING, COMPLETED or FAILED (tried again within a quarter of an hour).</param>
/// <param name="Progress">0-100.</param>
/// <param name="LocalDay">The business's local day through which it evaluates; null until it starts.</param>
/// <param name="ConfigurationVersion">The version of the thresholds; null until it starts.</param>
/// <param name="Customers">Customers evaluated so far.</param>
/// <param name="Changed">Those whose tier became another.</param>
/// <param name="IsWantedAgain">Somebody has asked since it began, so another follows it at once.</param>
public sealed record TierRunProgress(
    Guid Id, string Kind, string Status, int Progress, DateOnly? LocalDay, long? ConfigurationVersion, long Customers, long Changed, bool IsWantedAgain,
    string RequestedBy, DateTimeOffset RequestedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);
