using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>
/// Checks a value against the part of JSON schema that the API's description uses, stricter than the standard: a property
/// that the schema does not name is a fault, and a keyword that this does not know stops the test.
/// </summary>
internal sealed class SchemaCheck(JsonObject document)
{
    private static readonly HashSet<string> Known =
    [
        "$ref", "type", "format", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "allOf",
        "minLength", "maxLength", "minimum", "maximum", "maxItems", "description",
    ];

    private readonly List<string> faults = [];

    /// <summary>Everything that is wrong, each as "pointer: what".</summary>
    public IReadOnlyList<string> Faults(JsonNode schema, JsonNode? value)
    {
        faults.Clear();
        Check(Resolve(schema), value, "");
        return [.. faults];
    }

    private void Check(JsonObject schema, JsonNode? value, string at, bool isPart = false)
    {
        if (schema.FirstOrDefault(keyword => !Known.Contains(keyword.Key)).Key is { } unknown)
        {
            throw new NotSupportedException($"The schema at {at} uses {unknown}: teach SchemaCheck to check it.");
        }

        foreach (var part in schema["allOf"]?.AsArray() ?? [])
        {
            Check(Resolve(part!), value, at, isPart: true);
        }

        if (schema["anyOf"] is JsonArray choices && !choices.Any(choice => new SchemaCheck(document).Faults(choice!, value).Count == 0))
        {
            faults.Add($"{at}: fits none of anyOf");
        }

        var kind = TypeOf(value);
        if (schema["type"] is { } type && !Types(type).Any(allowed => allowed == kind || (allowed == "number" && kind == "integer")))
        {
            faults.Add($"{at}: is {kind}, not {type.ToJsonString()}");
            return;
        }

        if (schema["enum"] is JsonArray values && !values.Any(allowed => JsonNode.DeepEquals(allowed, value)))
        {
            faults.Add($"{at}: {value?.ToJsonString() ?? "null"} is none of {values.ToJsonString()}");
        }

        switch (value)
        {
            case JsonObject item:
                CheckObject(schema, item, at, isPart);
                break;
            case JsonArray list:
                CheckList(schema, list, at);
                break;
            case JsonValue when kind == "string":
                CheckText(schema, (string)value!, at);
                break;
            case JsonValue when kind is "number" or "integer":
                Limit(schema, "minimum", limit => (decimal)value! >= limit, at);
                Limit(schema, "maximum", limit => (decimal)value! <= limit, at);
                break;
            default:
                break;
        }
    }

    private void CheckObject(JsonObject schema, JsonObject item, string at, bool isPart)
    {
        foreach (var name in schema["required"]?.AsArray().Select(name => (string)name!).Where(name => !item.ContainsKey(name)) ?? [])
        {
            faults.Add($"{at}/{name}: is missing");
        }

        var properties = PropertiesOf(schema);
        foreach (var (name, value) in item)
        {
            if (properties.TryGetValue(name, out var property))
            {
                Check(Resolve(property), value, $"{at}/{name}");
            }
            else if (schema["additionalProperties"] is JsonObject others)
            {
                Check(Resolve(others), value, $"{at}/{name}");
            }
            else if (properties.Count > 0 && !isPart)
            {
                faults.Add($"{at}/{name}: is not described");
            }
        }
    }

    // A part of allOf may say more of a property than another part does: the whole knows the properties of all.
    private Dictionary<string, JsonNode> PropertiesOf(JsonObject schema)
    {
        var all = (schema["properties"]?.AsObject() ?? []).ToDictionary(property => property.Key, property => property.Value!);
        foreach (var (name, property) in (schema["allOf"]?.AsArray() ?? []).SelectMany(part => PropertiesOf(Resolve(part!))))
        {
            all.TryAdd(name, property);
        }

        return all;
    }

    private void CheckList(JsonObject schema, JsonArray list, string at)
    {
        Limit(schema, "maxItems", limit => list.Count <= limit, at);
        for (var index = 0; schema["items"] is { } items && index < list.Count; index++)
        {
            Check(Resolve(items), list[index], string.Create(CultureInfo.InvariantCulture, $"{at}/{index}"));
        }
    }

    private void CheckText(JsonObject schema, string text, string at)
    {
        Limit(schema, "minLength", limit => text.Length >= limit, at);
        Limit(schema, "maxLength", limit => text.Length <= limit, at);
        var fits = (string?)schema["format"] switch
        {
            null => true,
            "uuid" => Guid.TryParseExact(text, "D", out _),
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "date-time" => text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            var format => throw new NotSupportedException($"The schema at {at} has the format {format}: teach SchemaCheck to check it."),
        };
        if (!fits)
        {
            faults.Add($"{at}: '{text}' is no {schema["format"]}");
        }
    }

    private void Limit(JsonObject schema, string keyword, Func<decimal, bool> holds, string at)
    {
        if (schema[keyword] is { } limit && !holds((decimal)limit))
        {
            faults.Add($"{at}: breaks {keyword} {limit}");
        }
    }

    private JsonObject Resolve(JsonNode schema) =>
        (string?)schema["$ref"] is not { } reference ? schema.AsObject()
        : reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name])?.AsObject()
            ?? throw new NotSupportedException($"{reference} leads nowhere.");

    private static IEnumerable<string> Types(JsonNode type) => type is JsonArray several ? several.Select(one => (string)one!) : [(string)type!];

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.String => "string",
        JsonValueKind.Number => (decimal)value % 1 == 0 ? "integer" : "number",
        JsonValueKind.Array => "array",
        _ => "object",
    };
}
