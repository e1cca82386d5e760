using Npgsql;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Api;

public sealed class HealthTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task Live_WithoutAToken_IsLive()
    {
        var answer = (await app.Anonymous().GetAsync("/api/health/live")).Expect(200);

        Assert.Equal("""{"status":"live"}""", answer.Text);
    }

    [Fact]
    public async Task Ready_DatabaseUp_NamesEachDependencyUp()
    {
        var answer = await app.Anonymous().ReadyAsync(200);

        Assert.Equal(
            """{"status":"ready","dependencies":[{"name":"postgresql-app","state":"up"},{"name":"postgresql-worker","state":"up"}]}""",
            answer.Text);
    }

    [Fact]
    public async Task Ready_RedisThatGoes_IsNamed_AndRequestsAreServed()
    {
        var redis = new TestRedis();
        var settings = TestApp.Settings(app.Database);
        settings["Redis:ConnectionString"] = redis.ConnectionString;
        settings["Logging:LogLevel:Default"] = "None";
        await using var host = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);
        var client = new ApiClient(host.CreateClient(), null, TestApp.Contract);
        Assert.Equal(Health("ready", "up"), (await client.ReadyAsync(200, "ready")).Text);

        redis.Dispose();

        Assert.Equal(Health("degraded", "down"), (await client.ReadyAsync(200, "degraded")).Text);

        static string Health(string status, string redis) =>
            $$"""{"status":"{{status}}","dependencies":[{"name":"postgresql-app","state":"up"},{"name":"postgresql-worker","state":"up"},{"name":"redis","state":"{{redis}}"}]}""";
    }

    [Fact]
    public async Task Ready_OneRoleLockedOut_Is503AndNamesItAloneAndNoReason()
    {
        await using var database = await TestDatabase.CloneAsync();
        var settings = TestApp.Settings(database);
        settings["Logging:LogLevel:Default"] = "None";
        await using var host = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, settings);

        // Nobody but the role app may connect any more; what is connected already is cut.
        var name = new NpgsqlConnectionStringBuilder(database.App).Database;
        await database.QueryAsync<int>($"revoke connect on database {name} from public; grant connect on database {name} to app");
        await database.QueryAsync<bool>("select pg_terminate_backend(pid) from pg_stat_activity where datname = @name and usename = 'worker'", new { name });
        var answer = await new ApiClient(host.CreateClient(), null, TestApp.Contract).ReadyAsync(503, """app","state":"up""");

        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(
            """{"status":"unready","dependencies":[{"name":"postgresql-app","state":"up"},{"name":"postgresql-worker","state":"down"}]}""",
            answer.Text);
        (await new ApiClient(host.CreateClient(), null, TestApp.Contract).GetAsync("/api/health/live")).Expect(200);
    }
}
