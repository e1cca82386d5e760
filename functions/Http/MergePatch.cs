using System.Text.Json;
using System.Text.Json.Nodes;

namespace NxLoy.Functions.Http;

/// <summary>JSON merge patch (RFC 7396) on a flat resource: null removes, a value replaces, the rest stays.</summary>
public static class MergePatch
{
    public static TRead Apply<T, TRead>(T current, JsonElement patch, Func<Fields, TRead> parse)
    {
        // Made from an element, since a node made by these options would take "Email" for "email".
        var merged = JsonObject.Create(JsonSerializer.SerializeToElement(current, Json.Options))!;
        foreach (var change in patch.EnumerateObject())
        {
            if (change.Value.ValueKind == JsonValueKind.Null && merged.ContainsKey(change.Name))
            {
                merged.Remove(change.Name);
            }
            else
            {
                merged[change.Name] = JsonNode.Parse(change.Value.GetRawText());
            }
        }

        return parse(new Fields(JsonSerializer.SerializeToElement(merged, Json.Options)));
    }
}
