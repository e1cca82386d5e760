using NxLoy.Functions.LocalStack.Postgres;
using NxLoy.Functions.LocalStack.Running;
using NxLoy.Functions.LocalStack.Tools;
using Npgsql;

namespace NxLoy.Functions.LocalStack.Testing;

/// <summary>The server that the tests share: fast instead of durable, kept from run to run, on a port that is free.</summary>
internal sealed class TestPostgres : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Settings = new()
    {
        // A test needs no data to outlive a power cut.
        ["fsync"] = "off",
        ["synchronous_commit"] = "off",
        ["full_page_writes"] = "off",

        // Thousands of connections are made, and guessing the passwords is nobody's aim.
        ["scram_iterations"] = "1",
        ["max_connections"] = "400",
        ["shared_buffers"] = "512MB",
    };

    private readonly PostgresCluster cluster;

    private TestPostgres(PostgresCluster cluster, string connectionString)
    {
        this.cluster = cluster;
        ConnectionString = connectionString;
    }

    /// <summary>As superuser, to the database postgres.</summary>
    public string ConnectionString { get; }

    public static async Task<TestPostgres> StartAsync(Checkout checkout, Narrator narrator, CancellationToken cancellationToken)
    {
        var programs = new PostgresPrograms(checkout);
        var account = await PostgresAccount.FindAsync(programs, cancellationToken);
        var folder = Path.Combine(checkout.Data, "test-postgres");
        var cluster = new PostgresCluster(
            programs, account, folder, Secrets.Of(checkout, narrator).SuperuserPassword, Settings, narrator);
        try
        {
            return await StartAsync(cluster, cancellationToken);
        }
        catch (Exception broken) when (broken is LauncherException or NpgsqlException)
        {
            // Nothing of value lies there, and without fsync a crash of the machine may have damaged it.
            narrator.Say($"The test cluster does not start ({broken.Message.Split('\n')[0]}): making a new one.");
            await cluster.StopAsync();
            await cluster.DeleteAsync();
            return await StartAsync(cluster, cancellationToken);
        }
    }

    private static async Task<TestPostgres> StartAsync(PostgresCluster cluster, CancellationToken cancellationToken)
    {
        var port = await PortChoice.StartAsync(
            "PostgreSQL", asked: null, last: null, Ports.AnyFree(), count: 1, p => cluster.StartAsync(p, cancellationToken));
        var server = new TestPostgres(cluster, cluster.ConnectionString(port));
        await server.DropLeftoversAsync(cancellationToken);
        return server;
    }

    // Databases of tests that were interrupted. Templates (is_template) are kept: their makers know when they are out of date.
    private async Task DropLeftoversAsync(CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        var names = new List<string>();
        await using (var list = source.CreateCommand(
            "select quote_ident(datname) from pg_database where not datistemplate and datname <> 'postgres'"))
        await using (var reader = await list.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
                names.Add(reader.GetString(0));

        foreach (var name in names)
        {
            await using var drop = source.CreateCommand($"drop database {name} with (force)");
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await cluster.StopAsync();
}
