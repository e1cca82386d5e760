using System.Globalization;

namespace NxLoy.Functions.Activity;

/// <summary>A business's move to another time zone. Carried through the orchestration, so it holds ids alone.</summary>
/// <param name="BusinessId">Who has moved.</param>
/// <param name="Number">Which of its moves it is, from 1.</param>
public sealed record ZoneChange(Guid BusinessId, long Number)
{
    /// <summary>The same for the same move, so that it can be started twice and runs once.</summary>
    public string InstanceId => string.Create(CultureInfo.InvariantCulture, $"zone-{BusinessId:N}-{Number}");
}

/// <summary>A piece of the work: the customers from one id up to another.</summary>
/// <param name="Zone">What it is a piece of.</param>
/// <param name="From">The first customer's id; null for the first piece.</param>
/// <param name="Before">The id of the next piece's first customer; null for the last piece.</param>
public sealed record ZonePartition(ZoneChange Zone, Guid? From, Guid? Before);
