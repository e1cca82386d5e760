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

    /// <summary>
    /// Runs a statement until it finds nothing more to sweep. Each time is a transaction of its own, small enough to hold no
    /// locks and write no log for long.
    /// </summary>
    /// <param name="sql">Sweeps what is older than @before, at most @batchSize rows, and answers how many; may ask for @now.</param>
    /// <returns>How many rows in all.</returns>
    public async Task<int> SweepAsync(string sql, DateTimeOffset now, DateTimeOffset before, CancellationToken cancellation)
    {
        const int batchSize = 2000;
        for (var total = 0; ;)
        {
            var swept = (await QueryAsync<int>(sql, new { now, before, batchSize }, cancellation))[0];
            total += swept;
            if (swept < batchSize)
            {
                return total;
            }
        }
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
