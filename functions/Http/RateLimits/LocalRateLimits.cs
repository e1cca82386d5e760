using System.Threading.RateLimiting;

namespace NxLoy.Functions.Http.RateLimits;

/// <summary>A bucket of tokens for each caller in this process; buckets that are full again are forgotten. Machine time.</summary>
internal sealed class LocalRateLimits(RateLimitOptions options) : IRateLimits, IAsyncDisposable
{
    // The library refills all buckets together, so a token may come that much later than its time.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);

    private readonly PartitionedRateLimiter<string> buckets = PartitionedRateLimiter.Create<string, string>(
        caller => RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Burst,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = options.Interval,
            AutoReplenishment = true,
            QueueLimit = 0,
        }),
        StringComparer.Ordinal);

    public ValueTask<TimeSpan?> TakeAsync(string caller)
    {
        using var lease = buckets.AttemptAcquire(caller);
        return new(lease.IsAcquired ? null : options.Interval + Heartbeat);
    }

    public ValueTask DisposeAsync() => buckets.DisposeAsync();
}
