using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>
/// JSON schemas of the types that answers hold, as <see cref="Json.Options"/> writes them: camelCase, nulls written,
/// enums by name. Records and enums stand once, among the components.
/// </summary>
internal sealed class Schemas(Documentation documentation)
{
    private readonly NullabilityInfoContext nullability = new();
    private readonly Dictionary<string, Type> named = [];

    public SortedDictionary<string, JsonNode?> Components { get; } = new(StringComparer.Ordinal);

    public JsonObject Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return OrNull(Of(value));
        }

        return Primitive(type) ?? (
            Item(type, typeof(IReadOnlyDictionary<,>)) is [_, var of] ? new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(of) }
            : Item(type, typeof(IEnumerable<>)) is [var item] ? new JsonObject { ["type"] = "array", ["items"] = Of(item) }
            : Reference(type));
    }

    public static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"]?.GetValueKind() != JsonValueKind.String)
        {
            return schema.Count == 0 ? schema : new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        }

        schema["type"] = new JsonArray((string?)schema["type"], "null");
        return schema;
    }

    private static JsonObject? Primitive(Type type) => type switch
    {
        _ when type == typeof(string) => Type("string"),
        _ when type == typeof(bool) => Type("boolean"),
        _ when type == typeof(int) => Type("integer", "int32"),
        _ when type == typeof(long) => Type("integer", "int64"),
        _ when type == typeof(decimal) || type == typeof(double) => Type("number"),
        _ when type == typeof(Guid) => Type("string", "uuid"),
        _ when type == typeof(DateOnly) => Type("string", "date"),
        _ when type == typeof(DateTimeOffset) => Type("string", "date-time"),
        _ when type == typeof(object) || type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type) => [],
        _ => null,
    };

    private static JsonObject Type(string type, string? format = null) =>
        format is null ? new JsonObject { ["type"] = type } : new JsonObject { ["type"] = type, ["format"] = format };

    private static Type[]? Item(Type type, Type definition) => type.GetInterfaces().Append(type)
        .FirstOrDefault(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == definition)?.GetGenericArguments();

    private JsonObject Reference(Type type)
    {
        var name = string.Concat(type.GetGenericArguments().Select(argument => argument.Name)) + type.Name.Split('`')[0];
        if (named.TryAdd(name, type))
        {
            Components[name] = null; // holds the place while a type that holds itself is described
            Components[name] = type.IsEnum ? EnumOf(type) : ObjectOf(type);
        }

        return named[name] == type ? new JsonObject { ["$ref"] = $"#/components/schemas/{name}" }
            : throw new InvalidOperationException($"The API's description knows two types by the name {name}: {named[name]} and {type}. Rename one.");
    }

    private JsonObject EnumOf(Type type) => Described(
        new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => JsonValue.Create(name))]) },
        documentation.Of(type));

    private JsonObject ObjectOf(Type type)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0))
        {
            var ignored = property.GetCustomAttribute<JsonIgnoreAttribute>()?.Condition;
            if (ignored == JsonIgnoreCondition.Always)
            {
                continue;
            }

            var name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            properties[name] = Described(PropertyOf(property, isLeftOut: ignored is not null), documentation.Of(type, property.Name));
            if (ignored is null)
            {
                required.Add(name);
            }
        }

        return Described(new JsonObject { ["type"] = "object", ["required"] = required, ["properties"] = properties }, documentation.Of(type));
    }

    // Null is written, so a nullable property is there and may be null, unless it is left out then.
    private JsonObject PropertyOf(PropertyInfo property, bool isLeftOut)
    {
        var type = property.PropertyType;
        return isLeftOut ? Of(Nullable.GetUnderlyingType(type) ?? type)
            : !type.IsValueType && nullability.Create(property).ReadState == NullabilityState.Nullable ? OrNull(Of(type))
            : Of(type);
    }

    private static JsonObject Described(JsonObject schema, string? description)
    {
        if (description is not null)
        {
            schema["description"] = description;
        }

        return schema;
    }
}
