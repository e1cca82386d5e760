using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Walls;

/// <summary>How often one caller may ask: counted in the process, and by several instances together in Redis.</summary>
public sealed class RateLimitTests(TestApp app) : IClassFixture<TestApp>
{
    private const string Path = "/api/v1/customers?limit=1";

    [Fact]
    public async Task WithinTheLimit_EveryRequestIsAnswered()
    {
        await using var host = await StartAsync(perMinute: 6000, burst: 20);

        Assert.All(await AskAsync(Client(host), times: 20), answer => answer.Expect(200));
    }

    [Fact]
    public async Task OverTheLimit_Is429AndAfterRetryAfterItSucceeds()
    {
        await using var host = await StartAsync(perMinute: 30, burst: 2);
        var client = Client(host);
        Assert.All(await AskAsync(client, times: 2), answer => answer.Expect(200));

        var refused = await AskUntilRefusedAsync(client);

        Assert.Equal("too_many_requests", refused.Problem);
        Assert.InRange(RetryAfter(refused), 1, 3);
        await AfterRetryAsync(refused);
        (await client.GetAsync(Path)).Expect(200);
    }

    [Fact]
    public async Task Callers_AreCountedApart()
    {
        await using var host = await StartAsync(perMinute: 1, burst: 1);
        (await Client(host).GetAsync(Path)).Expect(200);
        (await Client(host).GetAsync(Path)).Expect(429);

        (await Client(host, "another").GetAsync(Path)).Expect(200);
        (await Client(host, business: app.OtherBusiness).GetAsync(Path)).Expect(200);
        (await Anonymous(host).GetAsync("/api/openapi.json")).Expect(200);
    }

    [Fact]
    public async Task WithoutAToken_TheAddressIsCounted()
    {
        await using var host = await StartAsync(perMinute: 1, burst: 2);

        (await Anonymous(host).GetAsync("/api/openapi.json")).Expect(200);
        (await Anonymous(host).GetAsync("/api/no/such/thing")).Expect(404);
        (await Anonymous(host).GetAsync("/api/openapi.json")).Expect(429);
    }

    [Fact]
    public async Task Probes_AreNeverLimited()
    {
        await using var host = await StartAsync(perMinute: 1, burst: 1);

        foreach (var path in (string[])["/api/health/live", "/api/health/ready"])
        {
            Assert.All(await AskAsync(Anonymous(host), times: 5, path), answer => answer.Expect(200));
        }
    }

    [Fact]
    public async Task MovedBusinessTime_GivesNobodyMore()
    {
        await using var host = await StartAsync(perMinute: 1, burst: 1);
        (await Client(host).GetAsync(Path)).Expect(200);

        await host.AdvanceAsync(TimeSpan.FromDays(1));

        (await Client(host).GetAsync(Path)).Expect(429);
    }

    [Fact]
    public async Task TwoInstancesWithRedis_CountTogether()
    {
        using var redis = new TestRedis();
        var log = new LogLines();
        await using var one = await StartAsync(perMinute: 1, burst: 4, redis, log);
        await using var other = await StartAsync(perMinute: 1, burst: 4, redis, log);

        await WhileRedisAnswersAsync(log, [one, other], async caller =>
        {
            var answers = await Task.WhenAll(AskAsync(Client(one, caller), times: 4), AskAsync(Client(other, caller), times: 4));
            var last = await Client(other, caller).GetAsync(Path);
            return () =>
            {
                Assert.Equal(4, answers.SelectMany(each => each).Count(answer => answer.Code == 200));
                Assert.InRange(RetryAfter(last.Expect(429)), 1, 60);
            };
        });
    }

    [Fact]
    public async Task WithRedis_AfterRetryAfterItSucceeds()
    {
        using var redis = new TestRedis();
        await using var one = await StartAsync(perMinute: 30, burst: 1, redis);
        await using var other = await StartAsync(perMinute: 30, burst: 1, redis);

        await AfterRetryAsync(await AskUntilRefusedAsync(Client(one)));

        (await Client(other).GetAsync(Path)).Expect(200);
    }

    [Fact]
    public async Task RedisGone_EachInstanceCountsForItselfAndSaysSoOnce()
    {
        var redis = new TestRedis();
        var log = new LogLines();
        await using var host = await StartAsync(perMinute: 1, burst: 2, redis, log);
        await WhileRedisAnswersAsync(log, [host], async caller =>
        {
            var answer = await Client(host, caller).GetAsync(Path);
            return () => answer.Expect(200);
        });
        var before = Gone(log);

        redis.Dispose();

        Assert.Equal([200, 200, 429, 429], (await AskAsync(Client(host), times: 4)).Select(answer => answer.Code));
        Assert.Equal(before + 1, Gone(log));
    }

    [Fact]
    public async Task RedisNeverThere_RequestsAreAnswered()
    {
        string gone;
        using (var redis = new TestRedis())
        {
            gone = redis.ConnectionString;
        }

        await using var host = await StartAsync(new() { ["RateLimits:RequestsPerMinute"] = "1", ["Redis:ConnectionString"] = gone });

        Assert.Equal([200, 429], (await AskAsync(Client(host), times: 2)).Select(answer => answer.Code));
    }

    [Theory]
    [InlineData("RateLimits:RequestsPerMinute", "0")]
    [InlineData("RateLimits:RequestsPerMinute", "ten")]
    [InlineData("RateLimits:RequestsPerMinute", "1.5")]
    [InlineData("RateLimits:Burst", "10")]
    public async Task SettingsThatMakeNoSense_AreNamedAtStart(string name, string value)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(new() { [name] = value }));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedisThatCannotBeRead_IsNamedAtStartWithoutItsPassword()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(
            new() { ["RateLimits:RequestsPerMinute"] = "1", ["Redis:ConnectionString"] = "127.0.0.1,password=hush,ssl=perhaps" }));

        Assert.Contains("Redis:ConnectionString", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<Answer[]> AskAsync(ApiClient client, int times, string path = Path)
    {
        var answers = new Answer[times];
        for (var n = 0; n < times; n++)
        {
            answers[n] = await client.GetAsync(path);
        }

        return answers;
    }

    /// <summary>
    /// Asks as a caller whom nobody has counted yet, again with another one if Redis was too slow meanwhile: then each
    /// instance counts for itself, as it should. What came of it is asserted last.
    /// </summary>
    private async Task WhileRedisAnswersAsync(LogLines log, FunctionsTestHost[] hosts, Func<string, Task<Action>> ask)
    {
        for (var n = 0; ; n++)
        {
            await Eventually.TrueAsync(async () =>
            {
                foreach (var host in hosts)
                {
                    await Client(host, $"warms-up-{Guid.NewGuid()}").GetAsync(Path);
                }

                return Gone(log) == log.Lines.Count(line => line.Contains("Redis answers again", StringComparison.Ordinal));
            });
            var before = Gone(log);
            var expect = await ask($"caller-{n}");
            if (Gone(log) == before || n == 20)
            {
                expect();
                return;
            }
        }
    }

    private static int Gone(LogLines log) => log.Lines.Count(line => line.Contains("Redis does not answer", StringComparison.Ordinal));

    private static int RetryAfter(Answer answer) => int.Parse(Assert.Single(answer.Headers.GetValues("Retry-After")), CultureInfo.InvariantCulture);

    // A busy machine may take so long that a request more is due by then.
    private static async Task<Answer> AskUntilRefusedAsync(ApiClient client)
    {
        for (var asked = 0; asked < 1000; asked++)
        {
            if (await client.GetAsync(Path) is { Code: 429 } refused)
            {
                return refused;
            }
        }

        throw new Xunit.Sdk.XunitException("Nothing was refused.");
    }

    private static Task AfterRetryAsync(Answer answer) => Task.Delay(TimeSpan.FromSeconds(RetryAfter(answer)));

    private ApiClient Client(FunctionsTestHost host, string subject = "someone", Guid? business = null) =>
        new(host.CreateClient(), TestApp.Token("staff", [business ?? app.Business], subject), TestApp.Contract);

    private static ApiClient Anonymous(FunctionsTestHost host) => new(host.CreateClient(), null, TestApp.Contract);

    private Task<FunctionsTestHost> StartAsync(int perMinute, int burst, TestRedis? redis = null, LogLines? log = null) => StartAsync(
        new()
        {
            ["RateLimits:RequestsPerMinute"] = perMinute.ToString(CultureInfo.InvariantCulture),
            ["RateLimits:Burst"] = burst.ToString(CultureInfo.InvariantCulture),
            ["Redis:ConnectionString"] = redis?.ConnectionString,
        },
        log);

    private Task<FunctionsTestHost> StartAsync(Dictionary<string, string?> limits, LogLines? log = null)
    {
        var settings = TestApp.Settings(app.Database);
        settings["Logging:LogLevel:NxLoy.Functions.Http.RateLimits"] = "Information";
        foreach (var (name, value) in limits)
        {
            settings[name] = value;
        }

        return FunctionsTestHost.StartAsync(
            typeof(CustomerFunctions).Assembly, settings, services => services.AddLogging(logging => logging.AddProvider((ILoggerProvider?)log ?? new LogLines())));
    }
}
