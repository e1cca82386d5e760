using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NxLoy.Functions.Database;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.Tests;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>
/// A database with many customers: filled once and kept until migrations or the filling change. Each run works on a copy,
/// so that what one run writes slows no other.
/// </summary>
internal sealed class BenchDatabase
{
    private readonly BenchPostgres server;
    private readonly string name;

    private BenchDatabase(BenchPostgres server, string name) => (this.server, this.name) = (server, name);

    public static Guid Business => BelievableCustomers.Big;

    public string Owner => As("nxloy_owner", server.Secrets.OwnerPassword);

    public string App => As("app", server.Secrets.AppPassword);

    public string Worker => As("worker", server.Secrets.WorkerPassword);

    /// <param name="customers">Of the business that is asked; a fifth as many belong to others.</param>
    public static async Task<BenchDatabase> CopyAsync(BenchPostgres server, int customers, Narrator narrator)
    {
        await MakeRolesAsync(server);
        var kept = await KeptAsync(server, customers, narrator);
        var copy = new BenchDatabase(server, $"bench_run_{customers}");
        await ExecuteAsync(server, "postgres", $"drop database if exists {copy.name} with (force)");
        await ExecuteAsync(server, "postgres", $"create database {copy.name} template {kept.name} strategy file_copy owner nxloy_owner");
        return copy;
    }

    public Task DropAsync() => ExecuteAsync(server, "postgres", $"drop database if exists {name} with (force)");

    /// <summary>As superuser, past row-level security.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null)
    {
        await using var connection = new NpgsqlConnection(server.Superuser(name));
        return (await connection.QueryAsync<T>(sql, args, commandTimeout: 1200)).AsList();
    }

    /// <summary>Reads every page once and writes out what is dirty, so that no measurement pays for the one before.</summary>
    public Task SettleAsync() => ExecuteAsync(
        server, name,
        """
        create extension if not exists pg_prewarm;
        select sum(pg_prewarm(c.oid)) from pg_class c where c.relkind in ('r', 'i') and c.relnamespace = 'public'::regnamespace;
        checkpoint
        """);

    private static async Task<BenchDatabase> KeptAsync(BenchPostgres server, int customers, Narrator narrator)
    {
        var fill = BelievableCustomers.Fill(customers * 6 / 5);
        var schema = string.Concat(Migrations.Known.Select(migration => migration.Sql));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema + fill)))[..16];
        var kept = new BenchDatabase(server, $"bench_{customers}_{hash}");
        await using var connection = new NpgsqlConnection(server.Superuser("postgres"));
        var there = (await connection.QueryAsync<string>(
            "select datname from pg_database where starts_with(datname, @start)", new { start = $"bench_{customers}_" })).AsList();
        if (there.Contains(kept.name))
            return kept;

        foreach (var other in there)
            await ExecuteAsync(server, "postgres", $"drop database {other} with (force)");
        narrator.Say($"Filling a database with {customers:n0} customers of one business and {customers / 5:n0} of others; it is kept.");
        var watch = Stopwatch.StartNew();

        // Under another name until it is full: an interrupted run leaves nothing that looks finished.
        var filling = new BenchDatabase(server, $"bench_{customers}_filling");
        await ExecuteAsync(server, "postgres", $"create database {filling.name} owner nxloy_owner");
        var options = new DatabaseOptions(filling.App, filling.Worker, filling.Owner, null);
        await new Migrations(options, NullLogger<Migrations>.Instance).ApplyAsync(CancellationToken.None);
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(server, filling.name, fill);
        await ExecuteAsync(server, filling.name, "vacuum (analyze, freeze)");
        await ExecuteAsync(server, "postgres", $"alter database {filling.name} rename to {kept.name}");
        narrator.Say($"Filled in {watch.Elapsed.TotalSeconds:n0} s.");
        return kept;
    }

    private static Task MakeRolesAsync(BenchPostgres server) => ExecuteAsync(
        server, "postgres",
        $"""
        do $$
        declare
            wanted text;
        begin
            foreach wanted in array array['nxloy_owner', 'app', 'worker'] loop
                if not exists (select from pg_roles where rolname = wanted) then
                    execute format('create role %I', wanted);
                end if;
            end loop;
        end $$;
        alter role nxloy_owner login nosuperuser nobypassrls password '{server.Secrets.OwnerPassword}';
        alter role app login noinherit nosuperuser nobypassrls password '{server.Secrets.AppPassword}';
        alter role worker login noinherit nosuperuser nobypassrls password '{server.Secrets.WorkerPassword}';
        grant app to worker
        """);

    private static async Task ExecuteAsync(BenchPostgres server, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(server.Superuser(database));
        await connection.ExecuteAsync(sql);
    }

    private string As(string role, string password) =>
        $"Host=127.0.0.1;Port={server.Port};Database={name};Username={role};Password={password}";
}
