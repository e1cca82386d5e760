using System.Data.Common;
using Dapper;
using Npgsql;

namespace NxLoy.Functions.Database;

/// <summary>The tables as they stood at one instant, as one business, for reading more than fits into memory.</summary>
public sealed class Snapshot
{
    /// <summary>Seconds of silence after which the server counts as gone; a large table may be read from end to end meanwhile.</summary>
    private const int Patience = 600;

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;
    private readonly CancellationToken cancellation;

    internal Snapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellation) =>
        (this.connection, this.transaction, this.cancellation) = (connection, transaction, cancellation);

    /// <summary>One statement's one value.</summary>
    public async Task<T> ReadAsync<T>(string sql, object? args) =>
        (await connection.ExecuteScalarAsync<T>(Command(sql, args)))!;

    /// <summary>A statement's rows, one in memory at a time. To be read to its end and disposed of before the next.</summary>
    public Task<DbDataReader> StreamAsync(string sql, object? args) => connection.ExecuteReaderAsync(Command(sql, args));

    private CommandDefinition Command(string sql, object? args) =>
        new(sql, args, transaction, Patience, cancellationToken: cancellation);
}
