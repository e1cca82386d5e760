using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>
/// The whole API as an OpenAPI 3.1 document, made once from the attributes on the functions, the parsers of the bodies
/// and the types of the answers. The same build always makes the same bytes.
/// </summary>
public sealed partial class ApiDescription(Endpoints endpoints)
{
    private readonly Lazy<byte[]> document = new(() => System.Text.Encoding.UTF8.GetBytes(Describe(endpoints).ToJsonString(Json.Options)));

    /// <summary>The document in UTF-8.</summary>
    public byte[] Document => document.Value;

    private static JsonObject Describe(Endpoints endpoints)
    {
        var documentation = Documentation.OfThisApp();
        var schemas = new Schemas(documentation);
        var paths = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var endpoint in endpoints.All.Where(endpoint => !endpoint.IsCatchAll).OrderBy(endpoint => endpoint.Name, StringComparer.Ordinal))
        {
            var path = "/" + Constraint().Replace(endpoint.Route.RawText!, "}");
            var operations = (JsonObject)(paths.TryGetValue(path, out var known) ? known! : paths[path] = new JsonObject());
            foreach (var method in endpoint.Methods)
            {
                operations[method.ToLowerInvariant()] = new DescribedOperation(endpoint, method, schemas, documentation).ToJson();
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "NxLoy customer management",
                ["version"] = "1",
                ["description"] = "Customers of loyalty businesses: profiles, notes, tags, referrals. Errors are RFC 9457 problem documents with a stable code.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = new JsonObject(paths),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Components),
                ["parameters"] = Parameters(),
                ["headers"] = Headers(),
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT" },
                },
            },
        };
    }

    private static JsonObject Parameters() => new()
    {
        ["Business"] = Header(Caller.BusinessHeader, "Which of the token's businesses this is about; needed where the token names several.", "uuid", isRequired: false),
        ["IdempotencyKey"] = Header(Posts.KeyHeader, "1-255 characters of the client's choice: within 24 hours the same request makes nothing twice.", null, isRequired: false),
        ["IfMatch"] = Header("If-Match", "The ETag that was read, or * to change whatever is there.", null, isRequired: true),
    };

    private static JsonObject Header(string name, string description, string? format, bool isRequired) => new()
    {
        ["name"] = name,
        ["in"] = "header",
        ["required"] = isRequired,
        ["description"] = description,
        ["schema"] = format is null ? new JsonObject { ["type"] = "string" } : new JsonObject { ["type"] = "string", ["format"] = format },
    };

    private static JsonObject Headers() => new()
    {
        ["ETag"] = AnswerHeader("The version of what a client may write; for If-Match.", "string"),
        ["Location"] = AnswerHeader("Where the new resource is.", "string"),
        ["RetryAfter"] = AnswerHeader("Seconds after which asking again may help.", "integer"),
        ["WWWAuthenticate"] = AnswerHeader("The scheme that a token is sent by.", "string"),
    };

    private static JsonObject AnswerHeader(string description, string type) => new()
    {
        ["description"] = description,
        ["required"] = true,
        ["schema"] = new JsonObject { ["type"] = type },
    };

    [GeneratedRegex(@"(:[^}]*)?\??\}")]
    private static partial Regex Constraint();
}
