using System.Text.Json.Nodes;
using NxLoy.Functions.Http;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>A field or parameter as the API's description has it.</summary>
/// <param name="Type">JSON schema's word; of a nullable one what it is when it is not null.</param>
internal sealed record Asked(string Name, string Type, JsonObject Schema)
{
    public static Asked Of(string name, JsonNode schema) => new(
        name, (string)(schema["type"] is JsonArray several ? several[0] : schema["type"])!, schema.AsObject());

    public string? Format => (string?)Schema["format"];

    public int? MaxLength => (int?)Schema["maxLength"];

    public IReadOnlyList<string> Choices => [.. (Schema["enum"]?.AsArray() ?? []).Select(choice => (string?)choice).OfType<string>()];

    /// <summary>Takes any text of some length.</summary>
    public bool IsFreeText => Type == "string" && Format is null && Choices.Count == 0;
}

/// <summary>One operation as the API's description has it: all that the tests of bad input know of an endpoint.</summary>
internal sealed class Described
{
    private readonly JsonObject json;

    private Described(string path, string method, JsonObject json)
    {
        (Path, Method, this.json) = (path, method.ToUpperInvariant(), json);
        Parameters = [.. (json["parameters"]?.AsArray() ?? []).Select(parameter => parameter!.AsObject())];
        Roles = [.. (json["x-roles"]?.AsArray() ?? []).Select(role => (string)role!)];
        ContentTypes = [.. (json["requestBody"]?["content"]?.AsObject() ?? []).Select(content => content.Key)];
    }

    public static IReadOnlyList<Described> All { get; } =
    [
        .. from path in TestApp.Contract.Document["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           select new Described(path.Key, method.Key, method.Value!.AsObject()),
    ];

    public static Described Of(string function) => All.First(one => one.Name == function);

    /// <summary>The function.</summary>
    public string Name => (string)json["operationId"]!;

    /// <summary>With its parameters in braces.</summary>
    public string Path { get; }

    public string Method { get; }

    /// <summary>None: open to everyone.</summary>
    public IReadOnlyList<string> Roles { get; }

    public IReadOnlyList<string> ContentTypes { get; }

    public bool TakesBody => ContentTypes.Count > 0;

    public bool NeedsBody => (bool?)json["requestBody"]?["required"] == true;

    public bool NeedsIfMatch => Refers("IfMatch");

    public bool TakesIdempotencyKey => Refers("IdempotencyKey");

    public IEnumerable<Asked> PathParameters => In("path");

    public IEnumerable<Asked> QueryParameters => In("query");

    /// <summary>A body that is an object of these fields and no others.</summary>
    public bool IsObject => Body?["additionalProperties"]?.GetValueKind() == System.Text.Json.JsonValueKind.False;

    public IEnumerable<Asked> Fields => IsObject ? Body!["properties"]!.AsObject().Select(property => Asked.Of(property.Key, property.Value!)) : [];

    /// <summary>The schema of the body in its first content type.</summary>
    public JsonObject? Body => !TakesBody ? null : Resolve(json["requestBody"]!["content"]![ContentTypes[0]]!["schema"]!);

    private IReadOnlyList<JsonObject> Parameters { get; }

    /// <summary>A role that may call it.</summary>
    public string? Role => Roles.Count == 0 ? null : Roles[0];

    public override string ToString() => Name;

    public static JsonObject Resolve(JsonNode schema) => (string?)schema["$ref"] is not { } reference ? schema.AsObject()
        : TestApp.Contract.Document["components"]!["schemas"]![reference.Split('/')[^1]]!.AsObject();

    private bool Refers(string parameter) => Parameters.Any(known => (string?)known["$ref"] == $"#/components/parameters/{parameter}");

    private IEnumerable<Asked> In(string place) => Parameters
        .Where(parameter => (string?)parameter["in"] == place)
        .Select(parameter => Asked.Of((string)parameter["name"]!, parameter["schema"]!));

    /// <summary>The headers with which a request of this operation succeeds.</summary>
    public IReadOnlyList<(string Name, string Value)> HeadersFor(Guid business) =>
        [.. NeedsIfMatch ? new[] { ("If-Match", "*") } : [], .. Roles.Count > 0 ? new[] { (Caller.BusinessHeader, business.ToString()) } : []];
}
