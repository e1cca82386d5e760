using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// What each version of a business's thresholds says. Which version is in force stands in the database and is read there each
/// time, so a change counts at once on every instance and nothing here can be out of date: docs/adr/0014 says why. In this
/// process first, then in Redis where there is one, then in the database.
/// </summary>
public sealed class ThresholdCache(BusinessDatabase database, IEnumerable<SharedCache> configured) : IDisposable
{
    // As the specification asks; machine time.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // Some kilobytes for every business whose customers are looked at within an hour.
    private const int MostInMemory = 10_000;

    private readonly MemoryCache memory = new(new MemoryCacheOptions { SizeLimit = MostInMemory });
    private readonly SharedCache? shared = configured.SingleOrDefault();

    /// <param name="version">One that was read from the database.</param>
    /// <param name="session">The transaction in which it was, if it was in one: what no cache knows is read in the same.</param>
    /// <param name="cancellation">Nobody waits any more.</param>
    internal ValueTask<TierThresholds> GetAsync(ThresholdVersion version, Session? session, CancellationToken cancellation)
    {
        if (!memory.TryGetValue(version, out TierThresholds? known))
        {
            return new(FindAsync(version, session, cancellation));
        }

        Count("memory");
        return new(known!);
    }

    public void Dispose() => memory.Dispose();

    private async Task<TierThresholds> FindAsync(ThresholdVersion version, Session? session, CancellationToken cancellation)
    {
        if (shared is not null && await shared.FindAsync(version.Key) is { } text && Parse(text) is { } found)
        {
            return Keep(version, found, "redis");
        }

        // As it is stored: another build of this app may know more fields than this one does.
        var stored = await ReadAsync(version, session, cancellation);
        shared?.Put(version.Key, stored, Lifetime);
        return Keep(version, TierConfigurationRow.Read(stored), "database");
    }

    private async Task<string> ReadAsync(ThresholdVersion version, Session? session, CancellationToken cancellation)
    {
        const string sql =
            """
            select new_thresholds::text as thresholds from tier_config_audits
            where business_id = @business and configuration_version = @number
            """;
        var asked = new { version.Business, version.Number };
        var row = session is null ? await database.FindAsync<ThresholdsRow>(version.Business, sql, asked, cancellation)
            : await session.FindAsync<ThresholdsRow>(sql, asked);
        return row!.Thresholds;
    }

    private TierThresholds Keep(ThresholdVersion version, TierThresholds thresholds, string source)
    {
        Count(source);
        return memory.Set(version, thresholds, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Lifetime, Size = 1 });
    }

    private static TierThresholds? Parse(string text)
    {
        try
        {
            return TierConfigurationRow.Read(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Count(string source) =>
        Telemetry.CacheReads.Add(
        1, KeyValuePair.Create("nxloy.cache.name", (object?)"tier_thresholds"), KeyValuePair.Create("nxloy.cache.source", (object?)source));

    private sealed record ThresholdsRow
    {
        public required string Thresholds { get; init; }
    }
}

/// <summary>Names what a business's thresholds were from one change to the next. Never used for anything else.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Since">When it was written: a database that was restored may give the same number to other thresholds.</param>
internal readonly record struct ThresholdVersion(Guid Business, long Number, DateTimeOffset Since)
{
    public string Key => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"tiers:{Business:N}:{Number}:{Since.UtcTicks}");
}
