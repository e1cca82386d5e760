using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Http.OpenApi;

/// <summary>One method of one endpoint as OpenAPI's operation object.</summary>
internal sealed class DescribedOperation(Endpoint endpoint, string method, Schemas schemas, Documentation documentation)
{
    private readonly OperationAttribute operation = endpoint.Operation
        ?? throw new InvalidOperationException($"The function {endpoint.Name} has no [Operation(\"...\")], so the API's description cannot tell what it does.");

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["operationId"] = endpoint.Name,
            ["summary"] = operation.Summary,
            ["tags"] = new JsonArray(endpoint.Method.DeclaringType!.Namespace!.Split('.')[^1]),
        };
        if (endpoint.Roles != Role.None)
        {
            json["description"] = $"For {string.Join(", ", RoleNames())}.";
            json["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() });
            json["x-roles"] = new JsonArray([.. RoleNames().Select(role => JsonValue.Create(role))]);
        }

        if (Parameters() is { Count: > 0 } parameters)
        {
            json["parameters"] = new JsonArray([.. parameters]);
        }

        if (operation.Body is { } body)
        {
            json["requestBody"] = RequestBody(body);
        }
        else if (operation.BodySchema is { } documents)
        {
            var content = Questions.SchemasOf(documents).Select(one => KeyValuePair.Create(one.Key, (JsonNode?)new JsonObject { ["schema"] = one.Value }));
            json["requestBody"] = new JsonObject { ["required"] = !operation.IsBodyOptional, ["content"] = new JsonObject(content) };
        }

        json["responses"] = Responses();
        return json;
    }

    private IEnumerable<string> RoleNames() => Enum.GetValues<Role>()
        .Where(role => role != Role.None && (endpoint.Roles & role) != 0)
        .Select(role => role.ToString().ToLowerInvariant());

    private List<JsonNode> Parameters() =>
    [
        .. endpoint.Route.Parameters.Select(parameter => Parameter(
            parameter.Name, "path", isRequired: true, parameter.ParameterPolicies.Any(policy => policy.Content == "guid")
                ? new JsonObject { ["type"] = "string", ["format"] = "uuid" }
                : new JsonObject { ["type"] = "string" })),
        .. operation.Query is not { } query ? [] : Questions.Of(query).Select(asked => Parameter(
            asked.Field.Name, "query", asked.IsRequired, Questions.SchemaOf(asked.Field, null, isNullable: false),
            Questions.DescriptionOf(query, asked.Field, documentation))),
        .. endpoint.Roles == Role.None ? (JsonNode[])[] : [Reference("parameters", "Business")],
        .. operation.IfMatch ? [Reference("parameters", "IfMatch")] : (JsonNode[])[],
        .. ExpectedProblems.TakesIdempotencyKey(operation, method) ? [Reference("parameters", "IdempotencyKey")] : (JsonNode[])[],
    ];

    private static JsonObject Parameter(string name, string place, bool isRequired, JsonObject schema, string? description = null)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = isRequired, ["schema"] = schema };
        if (description is not null)
        {
            parameter["description"] = description;
        }

        return parameter;
    }

    private JsonObject RequestBody(Type body)
    {
        var isPatch = method == HttpMethods.Patch;
        var name = body.Name + (isPatch ? "Patch" : "");
        schemas.Components[name] = Questions.SchemaOf(body, documentation, isPatch);
        var content = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = Reference("schemas", name) } };
        if (isPatch)
        {
            content["application/merge-patch+json"] = content["application/json"]!.DeepClone();
        }

        return new JsonObject { ["required"] = !operation.IsBodyOptional, ["content"] = content };
    }

    private JsonObject Responses()
    {
        var responses = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var status in (int[])[operation.StatusOfSuccess, .. operation.OtherStatuses])
        {
            responses[Text(status)] = Success(status);
        }

        foreach (var (status, codes) in ExpectedProblems.Of(endpoint, operation, method))
        {
            responses[Text(status)] = Failure(status, codes);
        }

        return new JsonObject(responses);
    }

    private JsonObject Success(int status)
    {
        var response = new JsonObject { ["description"] = status switch { 201 => "Created.", 202 => "Accepted.", 204 => "Done.", 206 => "A part.", 503 => "Not ready.", _ => "OK." } };
        var answer = operation.Answer;
        var headers = new JsonObject();
        if (answer is { IsGenericType: true } && answer.GetGenericTypeDefinition() == typeof(Versioned<>))
        {
            answer = answer.GetGenericArguments()[0];
            headers["ETag"] = Reference("headers", "ETag");
        }

        if (status is StatusCodes.Status201Created or StatusCodes.Status202Accepted)
        {
            headers["Location"] = Reference("headers", "Location");
        }

        if (status == StatusCodes.Status202Accepted)
        {
            headers["Retry-After"] = Reference("headers", "RetryAfter");
        }

        if (headers.Count > 0)
        {
            response["headers"] = headers;
        }

        if (operation.AnswerMediaType is { } file)
        {
            response["content"] = new JsonObject { [file] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "binary" } } };
        }
        else if (answer is not null)
        {
            response["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(answer) } };
        }

        return response;
    }

    private JsonObject Failure(int status, IReadOnlyList<string> codes)
    {
        var response = new JsonObject { ["description"] = string.Join(", ", codes) + "." };
        if (status is StatusCodes.Status401Unauthorized or StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            var header = status == StatusCodes.Status401Unauthorized ? "WWW-Authenticate" : "Retry-After";
            response["headers"] = new JsonObject { [header] = Reference("headers", header.Replace("-", "", StringComparison.Ordinal)) };
        }

        response["content"] = new JsonObject
        {
            ["application/problem+json"] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(
                        schemas.Of(typeof(ProblemDocument)),
                        new JsonObject { ["properties"] = new JsonObject { ["code"] = new JsonObject { ["enum"] = new JsonArray([.. codes.Select(code => JsonValue.Create(code))]) } } }),
                },
            },
        };
        return response;
    }

    private static JsonObject Reference(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
