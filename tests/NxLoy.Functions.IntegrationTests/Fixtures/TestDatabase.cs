using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>A database of its own for each test class: a clone of a template that was migrated once, by the app and by the runtime.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    // Roles belong to the cluster, which is the tests' own and listens on loopback only.
    private const string RolePassword = "only-for-tests";

    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    private readonly string name;
    private readonly bool isKept;
    private readonly Lazy<NpgsqlDataSource> source;

    // Tests that start no app read instants and dates, too.
    static TestDatabase() => ColumnTypes.Register();

    private TestDatabase(string name, bool isKept = false) => (this.name, this.isKept, source) = (name, isKept, new(() => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Superuser) { Pooling = true, MaxPoolSize = 50 })));

    public string Owner => As("nxloy_owner", name);

    public string App => As("app", name);

    public string Worker => As("worker", name);

    public string Superuser => new NpgsqlConnectionStringBuilder(Cluster) { Database = name, Pooling = false }.ConnectionString;

    private static string Cluster => Environment.GetEnvironmentVariable("NXLOY_TEST_POSTGRES")
        ?? throw new InvalidOperationException("NXLOY_TEST_POSTGRES is not set. Run the tests by ./test, which starts a PostgreSQL for them.");

    public static async Task<TestDatabase> CloneAsync()
    {
        var template = await Template.Value;
        var database = new TestDatabase($"nxloy_test_{Guid.NewGuid():N}");
        await ExecuteAsync($"create database {database.name} template {template} owner nxloy_owner");
        return database;
    }

    /// <summary>An empty database, for tests of the migrations themselves.</summary>
    /// <param name="options">Of <c>create database</c>.</param>
    public static async Task<TestDatabase> EmptyAsync(string options = "")
    {
        await Template.Value; // makes the roles
        var database = new TestDatabase($"nxloy_test_{Guid.NewGuid():N}");
        await ExecuteAsync($"create database {database.name} owner nxloy_owner {options}");
        return database;
    }

    /// <summary>Runs a statement past row-level security, as the cluster's superuser, and answers its rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null)
    {
        try
        {
            return await QueryOnceAsync<T>(sql, args);
        }
        catch (NpgsqlException gone) when (gone is not PostgresException { SqlState: not PostgresErrorCodes.AdminShutdown })
        {
            // A test has ended the connections, and one of those was kept here.
            source.Value.Clear();
            return await QueryOnceAsync<T>(sql, args);
        }
    }

    /// <summary>
    /// A database too large to fill for every run: kept until the migrations or the statements that fill it change.
    /// </summary>
    /// <param name="kind">Databases of the same kind and other statements are dropped.</param>
    /// <param name="fill">Run one by one as superuser, each in a transaction of its own.</param>
    public static async Task<TestDatabase> KeptAsync(string kind, params string[] fill)
    {
        var template = await Template.Value;
        var database = new TestDatabase($"nxloy_{kind}_{Hash(template + string.Concat(fill))}", isKept: true);
        await using var connection = await LockAsync(729);
        var others = await connection.QueryAsync<string>(
            "select datname from pg_database where starts_with(datname, @start) and datname <> @name", new { start = $"nxloy_{kind}_", database.name });
        foreach (var other in others)
        {
            await ExecuteAsync($"drop database if exists {other} with (force)");
        }

        if (await connection.ExecuteScalarAsync<bool>("select exists (select from pg_database where datname = @name)", new { database.name }))
        {
            return database;
        }

        // Under another name until it is full: an interrupted run leaves nothing that looks finished.
        var filling = new TestDatabase(database.name + "_filling");
        await ExecuteAsync($"create database {filling.name} template {template} owner nxloy_owner");
        foreach (var statement in fill)
        {
            await using var writer = new NpgsqlConnection(filling.Superuser);
            await writer.ExecuteAsync(statement, commandTimeout: 1200);
        }

        await ExecuteAsync($"alter database {filling.name} rename to {database.name}");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        if (source.IsValueCreated)
        {
            await source.Value.DisposeAsync();
        }

        if (!isKept)
        {
            await ExecuteAsync($"drop database if exists {name} with (force)");
        }
    }

    private async Task<IReadOnlyList<T>> QueryOnceAsync<T>(string sql, object? args)
    {
        await using var connection = await source.Value.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql, args)).AsList();
    }

    private static async Task<string> MakeTemplateAsync()
    {
        await ExecuteAsync(
            $"""
            do $$
            declare
                wanted text;
            begin
                perform pg_advisory_xact_lock(727);
                foreach wanted in array array['nxloy_owner', 'app', 'worker'] loop
                    if not exists (select from pg_roles where rolname = wanted) then
                        execute format('create role %I', wanted);
                    end if;
                    execute format('alter role %I login noinherit nobypassrls password %L', wanted, '{RolePassword}');
                end loop;
            end $$
            """);
        var schema = HostDatabase.Schema + string.Concat(Migrations.Known.Select(migration => migration.Name + migration.Sql));
        var template = "nxloy_template_" + Hash(schema);

        await using var connection = await LockAsync(728);
        if (await connection.ExecuteScalarAsync<bool>("select exists (select from pg_database where datname = @template and datistemplate)", new { template }))
        {
            return template;
        }

        await ExecuteAsync($"drop database if exists {template} with (force)");
        await ExecuteAsync($"create database {template} owner nxloy_owner");
        var options = new DatabaseOptions(As("app", template), As("worker", template), As("nxloy_owner", template), null);
        await new Migrations(options, NullLogger<Migrations>.Instance).ApplyAsync(CancellationToken.None);
        using (var runtime = new HostDatabase(As("nxloy_owner", template)))
        {
            runtime.CreateSchema();
        }

        await ExecuteAsync($"alter database {template} is_template true");
        return template;
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    // Test projects run side by side: one makes a database, the others wait. The lock ends with the connection.
    private static async Task<NpgsqlConnection> LockAsync(int key)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Cluster) { Pooling = false }.ConnectionString);
        await connection.ExecuteAsync("select pg_advisory_lock(@key)", new { key }, commandTimeout: 1200);
        return connection;
    }

    // Patient: while a million rows are filled in elsewhere, a slow disk may hold up everybody for longer than the usual 15 seconds.
    private static string As(string role, string database) => new NpgsqlConnectionStringBuilder(Cluster)
    {
        Database = database, Username = role, Password = RolePassword, MaxPoolSize = 20, Timeout = 60, CommandTimeout = 90,
    }.ConnectionString;

    private static async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Cluster) { Pooling = false }.ConnectionString);
        await connection.ExecuteAsync(sql, commandTimeout: 120);
    }
}
