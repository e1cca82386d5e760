using Npgsql;
using NxLoy.Functions.Customers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Embedded;

public sealed class SharedSchemaTests(TestApp app) : IClassFixture<TestApp>
{
    [Fact]
    public async Task ProcessThatStartsBesideBusyOnes_WaitsForNoTableTheyUse()
    {
        await using var connection = new NpgsqlConnection(app.Database.Owner);
        await connection.OpenAsync();
        await using var busy = await connection.BeginTransactionAsync();
        await using (var step = new NpgsqlCommand("lock table functions_host.durable_instances, functions_host.timers in row exclusive mode", connection, busy))
            await step.ExecuteNonQueryAsync();

        await using var second = await FunctionsTestHost.StartAsync(typeof(CustomerFunctions).Assembly, new Dictionary<string, string?>(app.StartedWith))
            .WaitAsync(TimeSpan.FromSeconds(25)); // before the server gives up on the statement

        Assert.NotNull(second.BaseAddress);
    }
}
