using Npgsql;

namespace NxLoy.Functions.IntegrationTests.LocalStack;

public sealed class TestPostgresTests
{
    [Fact]
    public async Task ServerOfTheTests_IsReached_AndIsNotDurable()
    {
        await using var source = NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("NXLOY_TEST_POSTGRES")!);
        await using var command = source.CreateCommand("show fsync");

        Assert.Equal("off", await command.ExecuteScalarAsync());
    }
}
