using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using NxLoy.Functions.Storage;
using StackExchange.Redis;

namespace NxLoy.Functions.UnitTests.Storage;

/// <summary>How much a Redis that is gone or silent may cost: one wait, and then nothing for a while.</summary>
public sealed class SharedCacheTests
{
    private readonly Mock<IDistributedCache> redis = new();

    [Fact]
    public async Task SilentRedis_IsWaitedForOnce_AndThenLeftAloneForAWhile()
    {
        var cache = Cache(patience: TimeSpan.FromMilliseconds(1), pause: TimeSpan.FromDays(1));
        Answers(new TaskCompletionSource<byte[]?>().Task);

        Assert.Null(await cache.FindAsync("one"));
        Assert.Null(await cache.FindAsync("two"));
        cache.Put("two", "text", TimeSpan.FromHours(1));

        redis.Verify(any => any.GetAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Once);
        redis.Verify(any => any.SetAsync(It.IsAny<string>(), It.IsAny<byte[]>(), It.IsAny<DistributedCacheEntryOptions>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task AfterTheWhile_ItIsAskedAgain()
    {
        var cache = Cache(patience: TimeSpan.FromMinutes(1), pause: TimeSpan.Zero);
        Answers(Task.FromException<byte[]?>(new RedisConnectionException(ConnectionFailureType.SocketClosed, "Gone.")));
        Assert.Null(await cache.FindAsync("key"));
        byte[] kept = [];
        redis.Setup(any => any.SetAsync(It.IsAny<string>(), It.IsAny<byte[]>(), It.IsAny<DistributedCacheEntryOptions>(), It.IsAny<CancellationToken>()))
            .Callback((string _, byte[] value, DistributedCacheEntryOptions _, CancellationToken _) => kept = value).Returns(Task.CompletedTask);

        cache.Put("key", "text", TimeSpan.FromHours(1));
        Answers(Task.FromResult<byte[]?>(kept));

        Assert.Equal("text", await cache.FindAsync("key"));
        Assert.Null(await cache.FindAsync("another key"));
    }

    [Fact]
    public void ByItself_ItWaitsAQuarterOfASecond()
    {
        var cache = new SharedCache(redis.Object, new Sealing(new byte[32]), NullLogger<SharedCache>.Instance);

        Assert.Equal((TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10)), (cache.Patience, cache.Pause));
    }

    private SharedCache Cache(TimeSpan patience, TimeSpan pause) =>
        new(redis.Object, new Sealing(new byte[32]), NullLogger<SharedCache>.Instance) { Patience = patience, Pause = pause };

    private void Answers(Task<byte[]?> answer) => redis.Setup(any => any.GetAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).Returns(answer);
}
