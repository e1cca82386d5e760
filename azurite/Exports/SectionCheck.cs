using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NxLoy.Functions.LocalStack.Exports;

/// <summary>Reads a section's files row by row, and holds each row against the columns of the manifest.</summary>
internal static class SectionCheck
{
    /// <returns>How many rows there are.</returns>
    public static async Task<long> JsonAsync(PackageManifest.Section section, Stream json, CancellationToken cancellationToken)
    {
        var rows = 0L;
        try
        {
            await foreach (var row in JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(json, JsonSerializerOptions.Web, cancellationToken))
            {
                rows++;
                var fields = row.EnumerateObject().ToList();
                if (!fields.Select(field => field.Name).SequenceEqual(section.Columns.Select(column => column.Name)))
                    throw new PackageFault($"{section.Json}, row {rows}: its fields are not the columns of the manifest.");
                if (section.Columns.Zip(fields).FirstOrDefault(one => !IsOf(one.First.Type, one.Second.Value)).First is { } wrong)
                    throw new PackageFault($"{section.Json}, row {rows}: {wrong.Name} is no {wrong.Type}.");
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new PackageFault($"{section.Json} is no JSON array of objects, from row {rows + 1} on.");
        }

        return rows;
    }

    /// <returns>How many rows there are beside the header.</returns>
    public static async Task<long> CsvAsync(PackageManifest.Section section, Stream csv, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(csv, Encoding.UTF8);
        var header = await reader.ReadLineAsync(cancellationToken);
        if (header != string.Join(',', section.Columns.Select(column => column.Name)))
            throw new PackageFault($"{section.Csv}: its first line does not name the columns of the manifest.");

        var (buffer, rows, commas, isQuoted) = (new char[64 * 1024], 0L, 0, false);
        for (int read; (read = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            foreach (var letter in buffer.AsMemory(0, read).ToArray())
            {
                isQuoted ^= letter == '"';
                commas += letter == ',' && !isQuoted ? 1 : 0;
                if (letter != '\n' || isQuoted)
                    continue;
                rows++;
                if (commas != section.Columns.Count - 1)
                    throw new PackageFault($"{section.Csv}, row {rows}: it has {commas + 1} cells, where the manifest has {section.Columns.Count} columns.");
                commas = 0;
            }
        }

        return rows;
    }

    private static bool IsOf(string type, JsonElement value) => value.ValueKind == JsonValueKind.Null || type switch
    {
        "text" => value.ValueKind == JsonValueKind.String,
        "uuid" => value.ValueKind == JsonValueKind.String && value.TryGetGuid(out _),
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "date" => value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "time" => value.ValueKind == JsonValueKind.String && value.GetString()!.EndsWith('Z') && value.TryGetDateTimeOffset(out _),
        "json" => true,
        _ => false,
    };
}
