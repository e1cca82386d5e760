using Azure.Storage.Blobs;
using Npgsql;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Reads everything the system holds, as nobody in it can: every table of every schema and every blob.</summary>
internal static class Traces
{
    /// <summary>Where any of the texts stands, in any case: "schema.table: the row", or the blob's name.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(TestApp app, IReadOnlyCollection<string> texts)
    {
        var found = new List<string>();
        await using var connection = new NpgsqlConnection(app.Database.Superuser);
        await connection.OpenAsync();
        foreach (var table in await TablesAsync(connection))
        {
            using var rows = await connection.BeginTextExportAsync($"copy (select * from {table}) to stdout");
            while (await rows.ReadLineAsync() is { } row)
            {
                found.AddRange(texts.Where(text => row.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(text => $"{table} holds {text}: {row}"));
            }
        }

        return [.. found, .. await InBlobsAsync(app, texts)];
    }

    private static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select format('%I.%I', table_schema, table_name) from information_schema.tables
            where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
            """,
            connection);
        var tables = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        return tables;
    }

    private static async Task<IReadOnlyList<string>> InBlobsAsync(TestApp app, IReadOnlyCollection<string> texts)
    {
        var found = new List<string>();
        var service = new BlobServiceClient(TestBlobs.ConnectionString);
        foreach (var container in app.Containers)
        {
            var client = service.GetBlobContainerClient(container);
            if (!await client.ExistsAsync())
                continue;
            await foreach (var blob in client.GetBlobsAsync())
            {
                var content = (await client.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToString();
                found.AddRange(texts.Where(text => (blob.Name + content).Contains(text, StringComparison.OrdinalIgnoreCase)).Select(text => $"the blob {blob.Name} holds {text}"));
            }
        }

        return found;
    }
}
