using System.Text.Json.Nodes;

namespace NxLoy.Functions.Messaging;

/// <summary>Writes the schema of an event's data, field by field.</summary>
public static class EventData
{
    /// <summary>An object with these fields, all of them there unless they say otherwise, and no others.</summary>
    public static JsonObject Of(params IReadOnlyList<EventField> fields) => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray([.. fields.Where(field => !field.MayBeAbsent).Select(field => JsonValue.Create(field.Name))]),
        ["properties"] = new JsonObject(fields.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)field.ToSchema()))),
    };

    public static EventField Id(string name, string description) => new(name, "string", description) { Format = "uuid" };

    public static EventField Instant(string name, string description) => new(name, "string", description) { Format = "date-time" };

    public static EventField Flag(string name, string description) => new(name, "boolean", description);

    public static EventField Text(string name, string description) => new(name, "string", description);

    /// <summary>The name of one value of the enum.</summary>
    public static EventField Choice<T>(string name, string description) where T : struct, Enum =>
        new(name, "string", description) { Choices = Enum.GetNames<T>() };
}

/// <summary>One field of an event's data.</summary>
/// <param name="Type">JSON schema's word.</param>
public sealed record EventField(string Name, string Type, string Description)
{
    /// <summary>JSON schema's word.</summary>
    public string? Format { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Left out where it has nothing to say.</summary>
    public bool MayBeAbsent { get; init; }

    public bool MayBeNull { get; init; }

    internal JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = MayBeNull ? new JsonArray(Type, "null") : Type };
        if (Format is not null)
        {
            schema["format"] = Format;
        }

        if (Choices.Count > 0)
        {
            schema["enum"] = new JsonArray([.. Choices.Select(choice => JsonValue.Create(choice)), .. MayBeNull ? (JsonNode?[])[null] : []]);
        }

        schema["description"] = Description;
        return schema;
    }
}
