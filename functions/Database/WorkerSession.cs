using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>A transaction over all businesses.</summary>
public sealed class WorkerSession
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly CancellationToken cancellation;

    internal WorkerSession(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        (this.connection, this.transaction, this.cancellation) = (connection, transaction, cancellation);

    /// <summary>Runs one statement and answers its rows.</summary>
    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args) =>
        BusinessDatabase.ReadAsync<T>(connection, transaction, null, sql, args, cancellation);
}
