using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;
using NxLoy.Functions.Storage;
using NxLoy.Functions.Tiers;
using NxLoy.Functions.UnitTests.Tiers;
using StackExchange.Redis;
using Role = NxLoy.Functions.Http.Role;

namespace NxLoy.Functions.IntegrationTests.Tiers;

/// <summary>
/// Thresholds in this process and in Redis. To see where an answer comes from, tests change the stored thresholds of a version
/// behind the app's back, which nothing else ever does: who answers the old ones has them from a cache.
/// </summary>
public sealed class ThresholdCacheTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task WithoutRedis_AVersionIsReadOnce_AndTheNextOneAtOnce()
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business, Given.Tiers(100));
        Assert.Equal(100, await SilverAsync(app.Host, business));

        await TamperAsync(business, 77);
        var remembered = await SilverAsync(app.Host, business);
        await app.TiersAsync(business, Given.Tiers(200));

        Assert.Equal((100, 200), (remembered, await SilverAsync(app.Host, business)));
    }

    [Fact]
    public async Task SameVersionOfTwoBusinesses_AreTwo()
    {
        var (one, other) = (await app.GivenBusinessAsync(), await app.GivenBusinessAsync());
        await app.TiersAsync(one, Given.Tiers(100));
        await app.TiersAsync(other, Given.Tiers(300));

        Assert.Equal((100, 300), (await SilverAsync(app.Host, one), await SilverAsync(app.Host, other)));
    }

    [Fact]
    public async Task RestoredDatabase_ThatGivesTheSameNumberToOthers_IsBelieved()
    {
        var business = await app.GivenBusinessAsync();
        await app.TiersAsync(business, Given.Tiers(100));
        Assert.Equal(100, await SilverAsync(app.Host, business));

        await TamperAsync(business, 150);
        await app.Database.QueryAsync<int>(
            """
            update tier_configurations set updated_at = updated_at + interval '1 minute' where business_id = @business;
            update tier_config_audits set changed_at = changed_at + interval '1 minute' where business_id = @business
            """,
            new { business });

        Assert.Equal(150, await SilverAsync(app.Host, business));
    }

    [Fact]
    public async Task ChangeOnOneInstance_CountsAtOnceOnEveryOther_WhereverThresholdsAreUsed()
    {
        using var redis = new TestRedis();
        await using var one = await StartAsync(redis.ConnectionString);
        await using var other = await StartAsync(redis.ConnectionString);
        var business = await app.GivenBusinessAsync();
        var customer = (await app.CustomerAsync(business: business)).Id;
        await PutAsync(one, business, 100, gold: 500);
        await SellAsync(other, business, customer, 120);
        Assert.Equal((100, 24, 24), (await SilverAsync(other, business), await ProfileProgressAsync(other, business, customer), await TierProgressAsync(other, business, customer)));

        for (var gold = 1000; gold > 300; gold -= 100)
        {
            await PutAsync(one, business, 100, gold);

            var percent = 100 * 120 / gold;
            Assert.Equal((percent, percent), (await ProfileProgressAsync(other, business, customer), await TierProgressAsync(other, business, customer)));
        }

        await PutAsync(one, business, 100, gold: 200);
        await SellAsync(other, business, customer, 85);
        Assert.Equal("GOLD", (string?)(await Client(other, business, "staff").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["loyaltyTier"]);
    }

    [Fact]
    public async Task WhatOneInstanceHasRead_TheNextFindsInRedis_ForAnHour()
    {
        using var redis = new TestRedis();
        await using var stored = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using var one = await StartAsync(redis.ConnectionString);
        await using var other = await StartAsync(redis.ConnectionString);
        var business = await app.GivenBusinessAsync();

        // A busy machine may be too slow for the patience: then the database is asked, and the next version shows it.
        await Eventually.TrueAsync(async () =>
        {
            await UsedAsync(other);
            var key = await SharedAsync(one, business, 100, stored.GetDatabase());
            Assert.InRange((await stored.GetDatabase().KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
            await TamperAsync(business, 77);
            return await SilverAsync(other, business) == 100;
        });
    }

    [Fact]
    public async Task FlushedRedis_IsFilledAgain()
    {
        using var redis = new TestRedis();
        await using var stored = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString + ",allowAdmin=true");
        await using var one = await StartAsync(redis.ConnectionString);
        await using var other = await StartAsync(redis.ConnectionString);
        var business = await app.GivenBusinessAsync();
        var key = await SharedAsync(one, business, 100, stored.GetDatabase());

        await stored.GetServers()[0].FlushAllDatabasesAsync();

        Assert.False(await stored.GetDatabase().KeyExistsAsync(key));
        Assert.Equal((100, 100), (await SilverAsync(one, business), await SilverAsync(other, business)));
        await SharedAsync(other, business, 200, stored.GetDatabase());
    }

    [Theory]
    [InlineData("too short")]
    [InlineData("long enough to begin with a digest, but nobody's")]
    [InlineData("another business's")]
    [InlineData("of another build")]
    [InlineData("no hash")]
    public async Task WhateverStandsUnderTheKey_TheAnswerIsRight(string what)
    {
        using var redis = new TestRedis();
        await using var stored = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await using var writer = await StartAsync(redis.ConnectionString);
        var (business, other) = (await app.GivenBusinessAsync(), await app.GivenBusinessAsync());
        var entries = stored.GetDatabase();
        var others = await SharedAsync(writer, other, 300, entries);
        await SetAsync(business, 100);
        var key = await KeyAsync(business);
        switch (what)
        {
            case "no hash":
                await entries.StringSetAsync(key, what);
                break;
            case "of another build":
                writer.Services.GetRequiredService<SharedCache>().Put(key["nxloy:".Length..], """{"silver":{}}""", TimeSpan.FromHours(1));
                await Eventually.TrueAsync(() => entries.KeyExistsAsync(key));
                break;
            default:
                await entries.HashSetAsync(key, await entries.HashGetAllAsync(others));
                await entries.HashSetAsync(key, "data", what == "another business's" ? await entries.HashGetAsync(others, "data") : what);
                break;
        }

        await using var reader = await StartAsync(redis.ConnectionString);
        await UsedAsync(reader);

        Assert.Equal(100, await SilverAsync(reader, business));
    }

    [Fact]
    public async Task SilentRedis_TakesNoAnswerAway_AndIsNamedOnce()
    {
        using var redis = new TestRedis();
        await using var proxy = new TcpProxy(redis.Port);
        var log = new LogLines();
        await using var host = await StartAsync($"127.0.0.1:{proxy.Port}", log);
        await UsedAsync(host);
        var before = Named(); // a slow machine may have kept it waiting at first

        proxy.Freeze();
        try
        {
            for (var silver = 101; silver < 105; silver++)
            {
                var business = await app.GivenBusinessAsync();
                await SetAsync(business, silver);
                Assert.Equal(silver, await SilverAsync(host, business));
            }

            Assert.Equal(before + 1, Named());
        }
        finally
        {
            proxy.Thaw();
        }

        int Named() => log.Lines.Count(line => line.Contains("Redis cannot be used as a cache", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RedisThatGoes_TakesNoAnswerAway()
    {
        var redis = new TestRedis();
        var log = new LogLines();
        await using var host = await StartAsync(redis.ConnectionString, log);
        await UsedAsync(host);
        var (business, next) = (await app.GivenBusinessAsync(), await app.GivenBusinessAsync());
        await SetAsync(business, 100);
        Assert.Equal(100, await SilverAsync(host, business));

        redis.Dispose();

        await SetAsync(next, 200);
        Assert.Equal((100, 200), (await SilverAsync(host, business), await SilverAsync(host, next)));
        Assert.Contains(log.Lines, line => line.Contains("Redis cannot be used as a cache", StringComparison.Ordinal));
    }

    private static async Task<decimal> SilverAsync(FunctionsTestHost host, Guid business) =>
        (decimal)(await Client(host, business, "owner").GetAsync("/api/v1/tiers/configuration")).Expect(200).Json["thresholds"]!["silver"]!["spendingThreshold"]!;

    private static async Task<int> ProfileProgressAsync(FunctionsTestHost host, Guid business, Guid customer) =>
        (int)(await Client(host, business, "staff").GetAsync($"/api/v1/customers/{customer}")).Expect(200).Json["tierProgress"]!;

    private static async Task<int> TierProgressAsync(FunctionsTestHost host, Guid business, Guid customer) =>
        (int)(await Client(host, business, "staff").GetAsync($"/api/v1/customers/{customer}/tier")).Expect(200).Json["progress"]!["percent"]!;

    private static async Task PutAsync(FunctionsTestHost host, Guid business, decimal silver, decimal gold = 500) =>
        (await Client(host, business, "owner").PutAsync("/api/v1/tiers/configuration", Given.Tiers(silver, gold), "*")).Expect(200);

    private static async Task SellAsync(FunctionsTestHost host, Guid business, Guid customer, decimal amount) =>
        Assert.Equal(["accepted"], (await Client(host, business, "service").PostAsync("/api/v1/events", Events.One(Events.Sale(business, customer, amount)))).Outcomes());

    /// <summary>Waits until the host's connection to Redis stands and its cache asks it.</summary>
    private static Task UsedAsync(FunctionsTestHost host) => Eventually.TrueAsync(async () =>
    {
        var cache = host.Services.GetRequiredService<SharedCache>();
        var key = $"warms-up-{Guid.NewGuid()}";
        cache.Put(key, "said", TimeSpan.FromMinutes(1));
        return await cache.FindAsync(key) == "said";
    });

    /// <summary>Has the host read new thresholds, and put them where others find them.</summary>
    /// <returns>Their key.</returns>
    private async Task<string> SharedAsync(FunctionsTestHost host, Guid business, decimal silver, IDatabase entries)
    {
        var key = "";
        await Eventually.TrueAsync(async () =>
        {
            await UsedAsync(host);
            await SetAsync(business, silver);
            Assert.Equal(silver, await SilverAsync(host, business));
            key = await KeyAsync(business);
            for (var n = 0; n < 50 && !await entries.KeyExistsAsync(key); n++)
            {
                await Task.Delay(20);
            }

            return await entries.KeyExistsAsync(key);
        });
        return key;
    }

    /// <summary>Replaces thresholds as a PUT does, but no run over everybody reads them before the test does.</summary>
    private async Task SetAsync(Guid business, decimal silver) => Assert.Null((await app.Host.Services.GetRequiredService<UpdateTierConfiguration>().ExecuteAsync(
        new Caller("ada", Role.Owner, business, [business]), new IfMatch(["*"]),
        new TierSettings(Some.Thresholds(Some.Requirement(silver), Some.Requirement(500), Some.Requirement(1000)), null), CancellationToken.None)).Problem);

    private async Task TamperAsync(Guid business, int silver) => await app.Database.QueryAsync<int>(
        """
        update tier_config_audits set new_thresholds = jsonb_set(new_thresholds, '{silver,spendingThreshold}', to_jsonb(@silver))
        where business_id = @business;
        update tier_configurations set thresholds = jsonb_set(thresholds, '{silver,spendingThreshold}', to_jsonb(@silver))
        where business_id = @business
        """,
        new { business, silver });

    private async Task<string> KeyAsync(Guid business)
    {
        var (version, since) = (await app.Database.QueryAsync<(long, DateTime)>("select version, updated_at from tier_configurations where business_id = @business", new { business }))[0];
        return "nxloy:" + new ThresholdVersion(business, version, since).Key;
    }

    private static ApiClient Client(FunctionsTestHost host, Guid business, string role) =>
        new(host.CreateClient(), TestApp.Token(role, [business]), TestApp.Contract);

    private Task<FunctionsTestHost> StartAsync(string redis, LogLines? log = null)
    {
        var settings = TestApp.Settings(app.Database);
        settings["Redis:ConnectionString"] = redis;
        return FunctionsTestHost.StartAsync(
            typeof(CustomerFunctions).Assembly, settings, services => services.AddLogging(logging => logging.AddProvider((ILoggerProvider?)log ?? new LogLines())));
    }
}
