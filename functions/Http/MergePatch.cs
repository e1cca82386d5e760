using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace NxLoy.Functions.Http;

/// <summary>JSON merge patch (RFC 7396) on a flat resource: null removes, a value replaces, the rest stays.</summary>
public static class MergePatch
{
    public static TRead Apply<T, TRead>(T current, JsonElement patch, Func<Fields, TRead> parse)
    {
        var known = JsonSerializer.SerializeToElement(current, Json.Options);
        var merged = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(merged))
        {
            writer.WriteStartObject();
            foreach (var field in known.EnumerateObject().Where(field => !patch.TryGetProperty(field.Name, out _)))
            {
                field.WriteTo(writer);
            }

            foreach (var change in patch.EnumerateObject().Where(change => change.Value.ValueKind != JsonValueKind.Null || !known.TryGetProperty(change.Name, out _)))
            {
                // As it was sent: what is no text (half a surrogate pair) is for the parser to refuse, with its pointer.
                writer.WritePropertyName(change.Name);
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(change.Value), skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return parse(new Fields(JsonElement.Parse(merged.WrittenSpan)));
    }
}
