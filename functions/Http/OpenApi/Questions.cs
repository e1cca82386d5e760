using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>
/// What a type's <c>From(Fields)</c> asks of a request. The parser itself is run on an empty object, so names, kinds and
/// limits stand in one place, and the description cannot say anything else than what is checked.
/// </summary>
internal static class Questions
{
    private const BindingFlags Parsers = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The fields in the order they are asked for; needed are those whose absence is a fault.</summary>
    public static IReadOnlyList<(AskedField Field, bool IsRequired)> Of(Type type)
    {
        var (asked, required) = Ask(type);
        return [.. asked.Select(field => (field, required.Contains("/" + field.Name)))];
    }

    // The pointers are of what is needed, in objects within the body too.
    private static (IReadOnlyList<AskedField> Asked, HashSet<string> Required) Ask(Type type)
    {
        var parser = type.GetMethod("From", Parsers, [typeof(Fields)])
            ?? throw new InvalidOperationException($"{type} has no static From(Fields), so the API's description cannot tell its fields.");
        var asked = new List<AskedField>();
        var fields = new Fields(JsonElement.Parse("{}"), asked: asked);
        parser.Invoke(null, [fields]);
        return (asked, fields.Faults.Where(fault => fault.Code == "required").Select(fault => fault.Pointer).ToHashSet());
    }

    /// <summary>By content type, what a body is like that is no object of fields.</summary>
    public static IReadOnlyDictionary<string, JsonObject> SchemasOf(Type type) =>
        (IReadOnlyDictionary<string, JsonObject>?)type.GetMethod("Schemas", Parsers, [])?.Invoke(null, null)
            ?? throw new InvalidOperationException($"{type} has no static Schemas(), so the API's description cannot tell the body.");

    /// <summary>The body as a schema. A merge patch asks for nothing: what it leaves out stays.</summary>
    public static JsonObject SchemaOf(Type type, Documentation documentation, bool isPatch)
    {
        var (asked, required) = Ask(type);
        return ObjectOf(type, asked, isPatch ? [] : required, "", documentation);
    }

    private static JsonObject ObjectOf(Type type, IReadOnlyList<AskedField> asked, HashSet<string> required, string path, Documentation documentation)
    {
        var (properties, needed) = (new JsonObject(), new JsonArray());
        foreach (var field in asked)
        {
            var pointer = $"{path}/{field.Name}";
            var isRequired = required.Contains(pointer);
            var schema = SchemaOf(field, DescriptionOf(type, field, documentation), isNullable: !isRequired);
            if (field.Fields is { } within)
            {
                foreach (var (name, part) in ObjectOf(type.GetProperty(NameOf(field))!.PropertyType, within, required, pointer, documentation).ToList())
                {
                    schema[name] ??= part?.DeepClone();
                }
            }

            properties[field.Name] = schema;
            if (isRequired)
            {
                needed.Add(field.Name);
            }
        }

        var whole = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (needed.Count > 0)
        {
            whole["required"] = needed;
        }

        return whole;
    }

    public static JsonObject SchemaOf(AskedField field, string? description, bool isNullable)
    {
        var schema = new JsonObject { ["type"] = isNullable ? new JsonArray(field.Type, "null") : field.Type };
        var text = field.Type == "array" ? new JsonObject { ["type"] = "string" } : schema;
        if (field.Type == "array")
        {
            schema["items"] = text;
        }

        Set(schema, "format", field.Format);
        Set(text, "maxLength", field.MaxLength);
        Set(schema, "maxItems", field.MaxItems);
        Set(schema, "minimum", field.Minimum);
        Set(schema, "maximum", field.Maximum);
        if (field.Choices is { } choices)
        {
            schema["enum"] = new JsonArray([.. choices.Select(choice => JsonValue.Create(choice)), .. isNullable ? (JsonNode?[])[null] : []]);
        }

        Set(schema, "description", description);
        return schema;
    }

    /// <summary>The comment on the type's property of that name, or on the one of a record that the type is made of.</summary>
    public static string? DescriptionOf(Type type, AskedField field, Documentation documentation)
    {
        var property = NameOf(field);
        return type.GetProperties()
            .Select(member => member.PropertyType)
            .Where(part => part.Assembly == type.Assembly)
            .Prepend(type)
            .Select(part => documentation.Of(part, property))
            .FirstOrDefault(found => found is not null);
    }

    private static string NameOf(AskedField field) => char.ToUpperInvariant(field.Name[0]) + field.Name[1..];

    private static void Set(JsonObject schema, string name, JsonNode? value)
    {
        if (value is not null)
        {
            schema[name] = value;
        }
    }
}
