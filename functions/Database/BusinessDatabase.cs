using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>
/// The one way to the tables. Every query names its business, and the business is set in the same round trip, so that
/// row-level security refuses whatever a query forgets.
/// </summary>
public sealed class BusinessDatabase(NpgsqlDataSource app, NpgsqlDataSource standby) : IAsyncDisposable
{
    private const string SetBusiness = "select set_config('nxloy.business', @nxloy_business, true);\n";

    private const string AndPlanOnce = "select set_config('nxloy.business', @nxloy_business, true), set_config('plan_cache_mode', 'force_generic_plan', true);\n";

    /// <summary>
    /// Told after a commit what its sessions have announced. Not told when the process dies in between, so it is for haste
    /// alone.
    /// </summary>
    public event Action<IReadOnlyCollection<Guid>>? Announced;

    /// <summary>Runs one statement as the business and answers its rows.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(Guid business, string sql, object? args, CancellationToken cancellation) =>
        QueryAsync<T>(app, SetBusiness, business, sql, args, cancellation);

    /// <summary>
    /// The same for a large statement whose plan is right for any values (a test of its plans shows it): planning it each
    /// time would take longer than running it.
    /// </summary>
    public Task<IReadOnlyList<T>> QueryPlannedOnceAsync<T>(Guid business, string sql, object? args, CancellationToken cancellation) =>
        QueryAsync<T>(app, AndPlanOnce, business, sql, args, cancellation);

    /// <summary>The same from a standby, where one is configured: for figures that may be some seconds old.</summary>
    public async Task<IReadOnlyList<T>> QueryStandbyAsync<T>(Guid business, string sql, object? args, CancellationToken cancellation)
    {
        try
        {
            return await QueryAsync<T>(standby, SetBusiness, business, sql, args, cancellation);
        }
        catch (NpgsqlException gone) when (gone is not PostgresException { SqlState: not (PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown) })
        {
            // It went away with connections of ours open. A read may be asked again, and the primary answers it.
            standby.Clear();
            return await QueryAsync<T>(standby, SetBusiness, business, sql, args, cancellation);
        }
    }

    /// <summary>The first row, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(Guid business, string sql, object? args, CancellationToken cancellation) where T : class =>
        (await QueryAsync<T>(business, sql, args, cancellation)) is [var first, ..] ? first : null;

    /// <summary>
    /// Runs the work in one transaction as the business. It commits when the work answers a value and rolls back when it
    /// answers a problem or throws: a refused request leaves nothing half-written.
    /// </summary>
    public async Task<Result<T>> InTransactionAsync<T>(
        Guid business, Func<Session, Task<Result<T>>> work, CancellationToken cancellation, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        await using var connection = await app.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(isolation, cancellation);
        var session = new Session(connection, transaction, business, cancellation);
        var result = await work(session);
        if (result.Problem is null)
        {
            await transaction.CommitAsync(cancellation);
            if (session.Announcements.Count > 0)
            {
                Announced?.Invoke(session.Announcements);
            }
        }

        return result;
    }

    /// <summary>Reads as the business, all of it as it stands at the first statement, whatever is written meanwhile.</summary>
    public async Task<T> InSnapshotAsync<T>(Guid business, Func<Snapshot, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await app.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var snapshot = new Snapshot(connection, transaction, cancellation);
        await snapshot.ReadAsync<string>(SetBusiness, new { nxloy_business = business.ToString() });
        return await work(snapshot);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await standby.DisposeAsync();
    }

    private static async Task<IReadOnlyList<T>> QueryAsync<T>(
        NpgsqlDataSource source, string settings, Guid business, string sql, object? args, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await ReadAsync<T>(connection, null, settings, business, sql, args, cancellation);
    }

    internal static Task<IReadOnlyList<T>> ReadAsync<T>(
        DbConnection connection, DbTransaction? transaction, Guid? business, string sql, object? args, CancellationToken cancellation,
        TimeSpan? patience = null) => ReadAsync<T>(connection, transaction, SetBusiness, business, sql, args, cancellation, patience);

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(
        DbConnection connection, DbTransaction? transaction, string settings, Guid? business, string sql, object? args, CancellationToken cancellation,
        TimeSpan? patience = null)
    {
        var parameters = new DynamicParameters(args);
        if (business is { } tenant)
        {
            parameters.Add("nxloy_business", tenant.ToString());
            sql = settings + sql;
        }

        // Without an explicit transaction both statements still share the implicit one of their round trip, which is as
        // long as set_config(..., is_local) lasts.
        await using var reader = await connection.ExecuteReaderAsync(
            new CommandDefinition(sql, parameters, transaction, (int?)patience?.TotalSeconds, cancellationToken: cancellation));
        if (business is not null)
        {
            await reader.NextResultAsync(cancellation);
        }

        var rows = new List<T>();
        var parse = reader.GetRowParser<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(parse(reader));
        }

        return rows;
    }
}
