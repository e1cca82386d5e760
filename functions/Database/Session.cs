using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>A transaction as one business. The first statement carries the business with it, for the others it is set.</summary>
public sealed class Session(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid business, CancellationToken cancellation)
{
    private bool isBusinessSet;

    public Guid Business => business;

    /// <summary>Runs one statement and answers its rows.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null)
    {
        var rows = await BusinessDatabase.ReadAsync<T>(connection, transaction, isBusinessSet ? null : business, sql, args, cancellation);
        isBusinessSet = true;
        return rows;
    }

    /// <summary>The first row, or null when there is none.</summary>
    public async Task<T?> FindAsync<T>(string sql, object? args = null) where T : class =>
        (await QueryAsync<T>(sql, args)) is [var first, ..] ? first : null;

    /// <summary>Runs one statement that answers no rows.</summary>
    public Task ExecuteAsync(string sql, object? args = null) => QueryAsync<int>(sql, args);
}
