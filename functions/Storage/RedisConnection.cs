using StackExchange.Redis;

namespace NxLoy.Functions.Storage;

/// <summary>The one connection to Redis that all of the app shares. It comes back by itself; while it is gone whoever asks fails at once.</summary>
public sealed class RedisConnection : IAsyncDisposable
{
    // Longer than a healthy Redis ever takes.
    private const int PatienceInMilliseconds = 1000;

    private readonly Task<ConnectionMultiplexer> connecting;

    public RedisConnection(ConfigurationOptions redis)
    {
        redis.AbortOnConnectFail = false;
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        redis.AsyncTimeout = PatienceInMilliseconds;
        redis.ConnectTimeout = PatienceInMilliseconds;
        connecting = ConnectionMultiplexer.ConnectAsync(redis);
    }

    public async Task<IConnectionMultiplexer> OpenAsync() => await connecting;

    /// <summary>Throws unless Redis answers.</summary>
    public async Task PingAsync(CancellationToken cancellation) =>
        await (await connecting.WaitAsync(cancellation)).GetDatabase().PingAsync().WaitAsync(cancellation);

    public async ValueTask DisposeAsync() => await (await connecting).DisposeAsync();
}
