using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.Embedded.ServiceBus.Broker;

namespace NxLoy.Functions.Embedded.Hosting;

/// <summary>
/// What the runtime itself must keep, in a schema of its own beside the app's tables. Several processes may share it;
/// they are then processes of one app.
/// </summary>
internal sealed class HostDatabase(string connectionString) : IDisposable
{
    public const string Schema =
        $"""
        create schema if not exists functions_host;
        create table if not exists functions_host.clock (
          only_row boolean primary key default true check (only_row),
          advanced_ticks bigint not null);
        create table if not exists functions_host.timers (
          function text primary key,
          last timestamptz,
          next timestamptz not null,
          last_updated timestamptz not null);
        {DurableSchema.Sql}
        {BrokerSchema.Sql}
        """;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "functions_host", MaxPoolSize = 12 });

    /// <summary>How soon a process notices what another one did. Machine time.</summary>
    public static Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(LookAgain, TimeProvider.System, cancellationToken);

    /// <summary>
    /// Safe to run by any number of processes at once. Where the schema's comment says that it is as this build has it,
    /// nothing is touched: even "if not exists" would wait for the tables that others work with, and they for it.
    /// </summary>
    public void CreateSchema()
    {
        using var connection = Source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        Run("select pg_advisory_xact_lock(hashtextextended('functions_host.schema', 0))");
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Schema)));
        if (Run("select obj_description(to_regnamespace('functions_host'), 'pg_namespace')") as string != mark)
        {
            Run(Schema);
            Run($"comment on schema functions_host is '{mark}'");
        }

        transaction.Commit();

        object? Run(string sql)
        {
            using var command = new NpgsqlCommand(sql, connection, transaction);
            return command.ExecuteScalar();
        }
    }

    /// <summary>A session of its own, outside the pool: what it locks is free as soon as it closes.</summary>
    public async Task<NpgsqlConnection> OpenSessionAsync(CancellationToken cancellationToken)
    {
        var session = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "functions_host", Pooling = false }.ConnectionString);
        await session.OpenAsync(cancellationToken);
        return session;
    }

    public void Dispose() => Source.Dispose();
}
