using Npgsql;
using NpgsqlTypes;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>Statements with their parameters in order: $1, $2 and so on.</summary>
internal static class Sql
{
    public static NpgsqlCommand Command(this NpgsqlDataSource source, string sql, params object?[] parameters) =>
        With(source.CreateCommand(sql), parameters);

    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params object?[] parameters) =>
        With(new NpgsqlCommand(sql, connection), parameters);

    public static void Add(this NpgsqlBatch batch, string sql, params object?[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(Parameter(value));
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlCommand With(NpgsqlCommand command, object?[] parameters)
    {
        foreach (var value in parameters)
            command.Parameters.Add(Parameter(value));
        return command;
    }

    // A null says nothing of its type: PostgreSQL finds that by itself.
    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new() { Value = DBNull.Value },
        string text => new() { Value = text, NpgsqlDbType = NpgsqlDbType.Text },
        string?[] texts => new() { Value = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        _ => new() { Value = value },
    };
}
