using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NxLoy.Functions.Exports;

/// <summary>
/// Writes rows as JSON (an array, a row a line) and as CSV (RFC 4180) side by side, with no more than a few rows in memory.
/// In CSV a text that a spreadsheet would run as a formula begins with an apostrophe; JSON has it as it is.
/// </summary>
internal sealed class SectionWriter : IDisposable
{
    /// <summary>Bytes that gather before they are written on.</summary>
    private const int Chunk = 64 * 1024;

    // 10.5 and not 10.5000: dividing by a one with every decimal takes trailing zeros off.
    private const decimal One = 1.0000000000000000000000000000m;

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n");

    private readonly IReadOnlyList<ExportColumn> columns;
    private readonly ArrayBufferWriter<byte> json = new(Chunk * 2);
    private readonly ArrayBufferWriter<byte> csv = new(Chunk * 2);
    private readonly Utf8JsonWriter writer;

    public SectionWriter(IReadOnlyList<ExportColumn> columns)
    {
        this.columns = columns;
        writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    public long Rows { get; private set; }

    public bool IsFull => json.WrittenCount >= Chunk;

    public void Begin()
    {
        json.Write("[\n"u8);
        WriteHeader(csv, columns);
    }

    public void Add(object?[] row)
    {
        if (Rows++ > 0)
        {
            json.Write(",\n"u8);
        }

        writer.WriteStartObject();
        for (var i = 0; i < columns.Count; i++)
        {
            writer.WritePropertyName(columns[i].Name);
            WriteJson(row[i], columns[i].Type);
            if (i > 0)
            {
                csv.Write(","u8);
            }

            WriteCell(Text(row[i], columns[i].Type));
        }

        writer.WriteEndObject();
        writer.Flush();
        writer.Reset();
        csv.Write("\r\n"u8);
    }

    public void End() => json.Write(Rows > 0 ? "\n]\n"u8 : "]\n"u8);

    public async Task FlushAsync(Stream toJson, Stream toCsv, CancellationToken cancellation)
    {
        await toJson.WriteAsync(json.WrittenMemory, cancellation);
        await toCsv.WriteAsync(csv.WrittenMemory, cancellation);
        json.ResetWrittenCount();
        csv.ResetWrittenCount();
    }

    /// <summary>Both files of a section without rows.</summary>
    public static (byte[] Json, byte[] Csv) Empty(IReadOnlyList<ExportColumn> columns)
    {
        var header = new ArrayBufferWriter<byte>();
        WriteHeader(header, columns);
        return ("[\n]\n"u8.ToArray(), header.WrittenSpan.ToArray());
    }

    public void Dispose() => writer.Dispose();

    private static void WriteHeader(ArrayBufferWriter<byte> csv, IReadOnlyList<ExportColumn> columns) =>
        Encoding.UTF8.GetBytes(string.Join(',', columns.Select(column => column.Name)) + "\r\n", csv);

    private void WriteJson(object? value, string type)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text when type == "json": writer.WriteRawValue(text, skipInputValidation: true); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int or long or short: writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case decimal number: writer.WriteNumberValue(number / One); break;
            default: writer.WriteStringValue(Text(value, type)); break;
        }
    }

    private static string Text(object? value, string type) => value switch
    {
        null => "",
        string text => type == "text" && text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text,
        bool flag => flag ? "true" : "false",
        decimal number => (number / One).ToString(CultureInfo.InvariantCulture),
        DateTime time => time.ToString(type == "date" ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private void WriteCell(string text) =>
        Encoding.UTF8.GetBytes(text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text, csv);
}
