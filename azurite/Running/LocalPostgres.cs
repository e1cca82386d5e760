using NxLoy.Functions.LocalStack.Postgres;
using Npgsql;

namespace NxLoy.Functions.LocalStack.Running;

/// <summary>The PostgreSQL that ./run starts: the database nxloy, its owner, and the two roles that own nothing.</summary>
internal sealed class LocalPostgres(Checkout checkout, Secrets secrets, Narrator narrator)
{
    private string Folder => Path.Combine(checkout.Data, "postgres");

    private Postmaster? Server => Postmaster.Of(Path.Combine(Folder, "data"));

    public bool IsAlive => Server is not null;

    public string LogFile => Path.Combine(Folder, "postgres.log");

    public async Task<DatabaseConnections> StartAsync(int port, CancellationToken cancellationToken)
    {
        var cluster = await ClusterAsync(cancellationToken);
        await cluster.StartAsync(port, cancellationToken);
        try
        {
            await PrepareAsync(cluster.ConnectionString(port), cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            narrator.Say("PostgreSQL's password is not the one in secrets.json: setting it anew.");
            await cluster.ResetPasswordAsync(cancellationToken);
            await cluster.StartAsync(port, cancellationToken);
            await PrepareAsync(cluster.ConnectionString(port), cancellationToken);
        }

        return new DatabaseConnections(
            Connection(port, "nxloy_owner", secrets.OwnerPassword),
            Connection(port, "app", secrets.AppPassword),
            Connection(port, "worker", secrets.WorkerPassword),
            Connection(port, "nxloy_owner", secrets.OwnerPassword));
    }

    public Task StopAsync() => Server?.StopAsync() ?? Task.CompletedTask;

    public Task DeleteAsync() => Tools.Folder.DeleteAsync(Folder);

    private async Task<PostgresCluster> ClusterAsync(CancellationToken cancellationToken)
    {
        var programs = new PostgresPrograms(checkout);
        var account = await PostgresAccount.FindAsync(programs, cancellationToken);
        return new PostgresCluster(programs, account, Folder, secrets.SuperuserPassword, new Dictionary<string, string>(), narrator);
    }

    // At every start: a bootstrap that broke off is finished, and passwords follow secrets.json.
    private async Task PrepareAsync(string superuser, CancellationToken cancellationToken)
    {
        await using var server = NpgsqlDataSource.Create(superuser);
        await ExecuteAsync(
            server,
            $"""
            do $do$
            begin
              if not exists (select from pg_roles where rolname = 'nxloy_owner') then create role nxloy_owner; end if;
              if not exists (select from pg_roles where rolname = 'app') then create role app; end if;
              if not exists (select from pg_roles where rolname = 'worker') then create role worker; end if;
            end
            $do$;
            alter role nxloy_owner with login nosuperuser nobypassrls password '{secrets.OwnerPassword}';
            alter role app with login noinherit nosuperuser nobypassrls password '{secrets.AppPassword}';
            alter role worker with login noinherit nosuperuser nobypassrls password '{secrets.WorkerPassword}';
            -- Per-business work of the worker switches to app; noinherit: until it does, it has none of app's rights.
            grant app to worker;
            """,
            cancellationToken);
        if (!await ExistsAsync(server, cancellationToken))
            await ExecuteAsync(server, "create database nxloy owner nxloy_owner template template0", cancellationToken);
        await ExecuteAsync(
            server,
            "revoke all on database nxloy from public; grant connect on database nxloy to app, worker;",
            cancellationToken);
    }

    private static async Task<bool> ExistsAsync(NpgsqlDataSource server, CancellationToken cancellationToken)
    {
        await using var command = server.CreateCommand("select exists (select from pg_database where datname = 'nxloy')");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource server, string sql, CancellationToken cancellationToken)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Connection(int port, string user, string password) =>
        $"Host=127.0.0.1;Port={port};Database=nxloy;Username={user};Password={password}";
}
