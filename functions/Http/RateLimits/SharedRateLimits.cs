using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Storage;
using StackExchange.Redis;

namespace NxLoy.Functions.Http.RateLimits;

/// <summary>
/// The same limits counted in Redis, together with all other instances and by Redis' clock. While Redis does not answer,
/// each instance counts for itself: then a caller may ask more often, but nobody is turned away because of an outage.
/// </summary>
internal sealed partial class SharedRateLimits : IRateLimits, IAsyncDisposable
{
    // The generic cell rate algorithm: a key holds the moment (microseconds) at which the caller's bucket is full again.
    // One script is one step to Redis, so two instances cannot both take the last request.
    private const string Take =
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
        local full = tonumber(redis.call('GET', KEYS[1]) or '0')
        if full < now then full = now end
        full = full + interval
        local wait = full - now - interval * burst
        if wait > 0 then return wait end
        redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
        return 0
        """;

    private const long PauseInMilliseconds = 1000;

    private readonly RateLimitOptions options;
    private readonly LocalRateLimits local;
    private readonly Sealing sealing;
    private readonly ILogger logger;
    private readonly RedisConnection redis;
    private long pausedUntil;
    private int isAway;

    public SharedRateLimits(RateLimitOptions options, RedisConnection redis, Sealing sealing, ILogger<SharedRateLimits> logger) =>
        (this.options, this.redis, this.sealing, this.logger, local) = (options, redis, sealing, logger, new LocalRateLimits(options));

    public async ValueTask<TimeSpan?> TakeAsync(string caller)
    {
        if (Environment.TickCount64 < Volatile.Read(ref pausedUntil))
        {
            return await local.TakeAsync(caller);
        }

        try
        {
            var counts = (await redis.OpenAsync()).GetDatabase();
            var wait = (long)await counts.ScriptEvaluateAsync(Take, [KeyOf(caller)], [(long)options.Interval.TotalMicroseconds, options.Burst]);
            if (Interlocked.Exchange(ref isAway, 0) == 1)
            {
                Log.Back(logger);
            }

            return wait == 0 ? null : TimeSpan.FromMicroseconds(wait);
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            Volatile.Write(ref pausedUntil, Environment.TickCount64 + PauseInMilliseconds);
            if (Interlocked.Exchange(ref isAway, 1) == 0)
            {
                Log.Away(logger, away);
            }

            return await local.TakeAsync(caller);
        }
    }

    public ValueTask DisposeAsync() => local.DisposeAsync();

    // A subject may be anything, an address of a person too: Redis learns a digest.
    private RedisKey KeyOf(string caller) =>
        "nxloy:rate-limit:" + Base64Url.EncodeToString(sealing.Digest("rate-limit", Encoding.UTF8.GetBytes(caller)));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer: this instance counts requests for itself until it does")]
        public static partial void Away(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "Redis answers again: requests are counted together")]
        public static partial void Back(ILogger logger);
    }
}
