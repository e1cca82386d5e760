namespace NxLoy.Functions.Customers;

/// <summary>One business's rebuild of its customers' figures. Carried through the orchestration, so it holds ids alone.</summary>
/// <param name="BusinessId">Whose customers.</param>
/// <param name="LocalDay">The date in the business's zone that it is for.</param>
public sealed record MetricsRebuild(Guid BusinessId, DateOnly LocalDay)
{
    /// <summary>The same for the same day, so that a rebuild can be started twice and runs once.</summary>
    public string InstanceId => $"metrics-{BusinessId:N}-{LocalDay:yyyyMMdd}";
}

/// <summary>A piece of a rebuild: the customers from one id up to another.</summary>
/// <param name="Rebuild">Which it is a piece of.</param>
/// <param name="Number">From 0.</param>
/// <param name="From">The first customer's id.</param>
/// <param name="Before">The id of the next piece's first customer; null for the last piece.</param>
public sealed record MetricsPartition(MetricsRebuild Rebuild, int Number, Guid From, Guid? Before);
