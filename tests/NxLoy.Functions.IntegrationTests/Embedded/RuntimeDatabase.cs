using Npgsql;

namespace NxLoy.Functions.IntegrationTests.Embedded;

/// <summary>An empty database of a test's own in the test cluster that <c>NXLOY_TEST_POSTGRES</c> names.</summary>
internal sealed class RuntimeDatabase : IAsyncDisposable
{
    private readonly string cluster;
    private readonly string name = $"embedded_{Guid.NewGuid():n}";
    private readonly NpgsqlDataSource source;

    private RuntimeDatabase(string cluster)
    {
        this.cluster = cluster;
        ConnectionString = new NpgsqlConnectionStringBuilder(cluster) { Database = name }.ConnectionString;
        source = NpgsqlDataSource.Create(ConnectionString);
    }

    public string ConnectionString { get; }

    public (string Key, string? Value) Setting => ("EmbeddedRuntime:Database", ConnectionString);

    public static async Task<RuntimeDatabase> CreateAsync()
    {
        var database = new RuntimeDatabase(Environment.GetEnvironmentVariable("NXLOY_TEST_POSTGRES")
            ?? throw new InvalidOperationException("NXLOY_TEST_POSTGRES names no PostgreSQL to test on: ./test starts one."));
        await ExecuteAsync(database.cluster, $"create database {database.name}");
        return database;
    }

    public Task ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        try
        {
            return await ScalarOnceAsync<T>(sql);
        }
        catch (NpgsqlException gone) when (gone is not PostgresException { SqlState: not PostgresErrorCodes.AdminShutdown })
        {
            // A test has ended the connections, and one of those was kept here.
            source.Clear();
            return await ScalarOnceAsync<T>(sql);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await ExecuteAsync(cluster, $"drop database {name} with (force)");
    }

    private async Task<T> ScalarOnceAsync<T>(string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
