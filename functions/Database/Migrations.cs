using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>
/// Brings the schema to what this build knows: numbered files, forward only, each in a transaction of its own, one
/// instance at a time. Refuses a schema that is newer than the build.
/// </summary>
public sealed partial class Migrations(DatabaseOptions options, ILogger<Migrations> logger)
{
    // Any constant: it only has to be the same for all instances. It spells "NxLoy" in ASCII.
    private const long AdvisoryLock = 0x4E784C6F79;

    /// <summary>Applies what is missing, or, without an owner's connection, checks that nothing is.</summary>
    /// <exception cref="InvalidOperationException">
    /// The schema is newer than this build, or older and not ours to change; or the database's locale knows ASCII only.
    /// </exception>
    public async Task ApplyAsync(CancellationToken cancellation)
    {
        if (options.Owner is not { } owner)
        {
            await CheckAsync(cancellation);
            return;
        }

        await using var source = NpgsqlDataSource.Create(owner);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await RefuseAsciiAsync(connection, cancellation);
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_lock(@AdvisoryLock)", new { AdvisoryLock }, cancellationToken: cancellation));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            create table if not exists schema_migrations (
                version int primary key,
                name text not null,
                applied_at timestamptz not null
            );
            grant select on schema_migrations to public;
            """, cancellationToken: cancellation));
        var applied = await VersionAsync(connection, cancellation);
        RefuseNewer(applied);
        foreach (var (version, name, sql) in Known.Where(m => m.Version > applied))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancellation));
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into schema_migrations (version, name, applied_at) values (@version, @name, @appliedAt)",
                new { version, name, appliedAt = DateTime.UtcNow }, transaction, cancellationToken: cancellation));
            await transaction.CommitAsync(cancellation);
            Log.Applied(logger, name);
        }

        // The lock ends with the connection; pooled connections must not carry it on.
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_unlock(@AdvisoryLock)", new { AdvisoryLock }, cancellationToken: cancellation));
    }

    private async Task CheckAsync(CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(options.App);
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var applied = await VersionAsync(connection, cancellation);
        RefuseNewer(applied);
        if (applied < Known[^1].Version)
        {
            throw new InvalidOperationException(
                $"The schema is at version {applied}, this build needs {Known[^1].Version}. Start one instance with the setting Database:Owner to migrate it.");
        }
    }

    // Emails, tags and names are compared without case, and indexes are built on that: it cannot be mended afterwards.
    private static async Task RefuseAsciiAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition("select lower('Ä') = 'ä'", cancellationToken: cancellation)))
        {
            throw new InvalidOperationException(
                "The database knows letters of ASCII only. Create it in UTF-8 with a locale that knows the others, e.g.: create database nxloy template template0 encoding 'UTF8' locale 'C.UTF-8'");
        }
    }

    private static void RefuseNewer(int applied)
    {
        if (applied > Known[^1].Version)
        {
            throw new InvalidOperationException(
                $"The schema is at version {applied}, newer than the {Known[^1].Version} that this build knows. Deploy a newer build.");
        }
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var exists = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select to_regclass('schema_migrations') is not null", cancellationToken: cancellation));
        return exists
            ? await connection.ExecuteScalarAsync<int>(new CommandDefinition(
                "select coalesce(max(version), 0) from schema_migrations", cancellationToken: cancellation))
            : 0;
    }

    /// <summary>The migrations of this build, in order, from the files beside this one.</summary>
    internal static IReadOnlyList<(int Version, string Name, string Sql)> Known { get; } = Read();

    private static List<(int, string, string)> Read()
    {
        const string Folder = ".Database.Migrations.";
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(resource => resource.Contains(Folder, StringComparison.Ordinal))
            .Select(resource =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                var name = resource[(resource.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..^".sql".Length];
                return (int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd());
            })
            .OrderBy(migration => migration.Item1)];
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Name}")]
        public static partial void Applied(ILogger logger, string name);
    }
}
