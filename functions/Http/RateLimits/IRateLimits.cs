namespace NxLoy.Functions.Http.RateLimits;

/// <summary>Counts the requests of each caller: in this process, or together with the other instances.</summary>
internal interface IRateLimits
{
    /// <summary>Takes one request of the caller's; where none is left, answers how long until one is.</summary>
    ValueTask<TimeSpan?> TakeAsync(string caller);
}
