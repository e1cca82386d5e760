using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Database;

public sealed class StandbyTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task StandbyThatIsGone_LeavesTheReadsToThePrimary()
    {
        var customer = await app.CustomerAsync();
        var settings = TestApp.Settings(app.Database);
        settings["Database:Standby"] = new NpgsqlConnectionStringBuilder(app.Database.App) { Host = "127.0.0.1", Port = 9 }.ConnectionString;
        await using var services = new ServiceCollection()
            .AddDatabase(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .BuildServiceProvider();

        var seen = await services.GetRequiredService<BusinessDatabase>().QueryStandbyAsync<Guid>(app.Business, "select id from customers", null, default);

        Assert.Contains(customer.Id, seen);
    }
}
