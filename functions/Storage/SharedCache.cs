using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace NxLoy.Functions.Storage;

/// <summary>
/// Texts that instances share in Redis for a while, and that each could find elsewhere. Whatever Redis does costs a moment at
/// most, and never an answer: it may be gone or slow, and what was not put here by an instance under this very key is not there.
/// </summary>
public sealed partial class SharedCache(IDistributedCache redis, Sealing sealing, ILogger<SharedCache> logger)
{
    private const string Purpose = "shared-cache";

    private long pausedUntil;
    private int isAway;

    /// <summary>Machine time: for how long somebody waits for Redis, who then looks elsewhere.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Machine time: for how long nobody asks it after that.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(10);

    public async Task<string?> FindAsync(string key)
    {
        if (await TryAsync(() => redis.GetAsync(key).WaitAsync(Patience)) is not { } found)
        {
            return null;
        }

        var text = Open(key, found);
        if (text is null)
        {
            Log.Foreign(logger, key);
        }

        return text;
    }

    /// <summary>Nobody waits for it.</summary>
    /// <param name="lifetime">Machine time, after which it is gone.</param>
    public void Put(string key, string text, TimeSpan lifetime) => _ = TryAsync(async () =>
    {
        await redis.SetAsync(key, Sealed(key, text), new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime });
        return null;
    });

    private async Task<byte[]?> TryAsync(Func<Task<byte[]?>> ask)
    {
        if (Environment.TickCount64 < Volatile.Read(ref pausedUntil))
        {
            return null;
        }

        try
        {
            var answer = await ask();
            if (Interlocked.Exchange(ref isAway, 0) == 1)
            {
                Log.Back(logger);
            }

            return answer;
        }
        catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
        {
            Volatile.Write(ref pausedUntil, Environment.TickCount64 + (long)Pause.TotalMilliseconds);
            if (Interlocked.Exchange(ref isAway, 1) == 0)
            {
                Log.Away(logger, away);
            }

            return null;
        }
    }

    private byte[] Sealed(string key, string text) => [.. Digest(key, text), .. Encoding.UTF8.GetBytes(text)];

    private string? Open(string key, byte[] bytes)
    {
        if (bytes.Length < HMACSHA256.HashSizeInBytes)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes.AsSpan(HMACSHA256.HashSizeInBytes));
        return CryptographicOperations.FixedTimeEquals(Digest(key, text), bytes.AsSpan(0, HMACSHA256.HashSizeInBytes)) ? text : null;
    }

    private byte[] Digest(string key, string text) => sealing.Digest(Purpose, Encoding.UTF8.GetBytes($"{key}\n{text}"));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Redis cannot be used as a cache: this instance does without until it can")]
        public static partial void Away(ILogger logger, Exception exception);

        [LoggerMessage(Level = LogLevel.Information, Message = "Redis can be used as a cache again")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Redis has something under {Key} that no instance with this app's Keys:Sealing has put there; it is replaced")]
        public static partial void Foreign(ILogger logger, string key);
    }
}
