using Npgsql;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>
/// What the business tables hold, as a few digits a table: equal before and after means that nothing was written. The
/// audit log is left out, since refused requests stand in it too.
/// </summary>
internal sealed class Tables : IAsyncDisposable
{
    private readonly NpgsqlConnection connection;
    private readonly NpgsqlCommand digests;
    private readonly NpgsqlCommand ofBusiness;

    private Tables(NpgsqlConnection connection, IReadOnlyList<string> all, IReadOnlyList<string> owned)
    {
        this.connection = connection;
        digests = new NpgsqlCommand(string.Join(" union all ", all.Select(table => Digest(table, "true"))), connection);
        ofBusiness = new NpgsqlCommand(
            string.Join(" union all ", owned.Select(table => Digest(table, $"{(table == "businesses" ? "id" : "business_id")} = $1"))), connection)
        {
            Parameters = { new NpgsqlParameter { Value = Guid.Empty } },
        };
    }

    public static async Task<Tables> OfAsync(TestDatabase database)
    {
        const string NotTheirs = "and not starts_with(table_name, 'audit_') and table_name <> 'schema_migrations'";
        var all = await database.QueryAsync<string>(
            $"select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' {NotTheirs} order by 1");
        var owned = await database.QueryAsync<string>(
            $"select table_name::text from information_schema.columns where table_schema = 'public' and column_name = 'business_id' {NotTheirs} order by 1");
        var connection = new NpgsqlConnection(database.Superuser);
        await connection.OpenAsync();
        return new Tables(connection, all, [.. owned, "businesses"]);
    }

    /// <summary>"table count digest" of every table.</summary>
    public Task<IReadOnlyList<string>> ReadAsync() => ReadAsync(digests);

    /// <summary>The same of what one business has.</summary>
    public Task<IReadOnlyList<string>> ReadAsync(Guid business)
    {
        ofBusiness.Parameters[0].Value = business;
        return ReadAsync(ofBusiness);
    }

    public async ValueTask DisposeAsync()
    {
        await digests.DisposeAsync();
        await ofBusiness.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static string Digest(string table, string condition) =>
        $"select '{table} ' || count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) from {table} t where {condition}";

    private static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlCommand command)
    {
        await command.PrepareAsync();
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }
}
