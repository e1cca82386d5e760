using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>
/// The way of sweeps and timers, which belong to no one business: the role worker, with a policy of its own on the
/// tables it needs. Work on one business's customers goes through <see cref="BusinessDatabase"/>.
/// </summary>
public sealed class WorkerDatabase(NpgsqlDataSource worker) : IAsyncDisposable
{
    /// <summary>Runs one statement over all businesses and answers its rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args, CancellationToken cancellation)
    {
        await using var connection = await worker.OpenConnectionAsync(cancellation);
        return await BusinessDatabase.ReadAsync<T>(connection, null, null, sql, args, cancellation);
    }

    /// <summary>Runs the work in one transaction over all businesses, and rolls back when it throws.</summary>
    public async Task<T> InTransactionAsync<T>(Func<WorkerSession, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await worker.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var result = await work(new WorkerSession(connection, transaction, cancellation));
        await transaction.CommitAsync(cancellation);
        return result;
    }

    public ValueTask DisposeAsync() => worker.DisposeAsync();
}
