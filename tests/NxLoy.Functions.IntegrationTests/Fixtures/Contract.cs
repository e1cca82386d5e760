using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Sdk;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

/// <summary>
/// The API's own description, held against what it really answers. Every <see cref="ApiClient"/> of a <see cref="TestApp"/>
/// passes its answers through here, so each test of the API is a test of the description too.
/// </summary>
public sealed class Contract
{
    private readonly List<(string Method, Regex Path, JsonObject Operation)> operations = [];

    public Contract(JsonObject document)
    {
        Document = document;
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            // A parameter's schema decides whether the path is this one: an id that is no UUID is another path.
            var pattern = Regex.Replace(path, @"\{[^}]+\}", parameter => IsUuid(methods!.AsObject(), parameter.Value[1..^1]) ? "[0-9a-fA-F-]{36}" : "[^/]+");
            operations.AddRange(methods!.AsObject().Select(method =>
                (method.Key.ToUpperInvariant(), new Regex($"^{pattern}/?$", RegexOptions.IgnoreCase), method.Value!.AsObject())));
        }
    }

    public JsonObject Document { get; }

    public IEnumerable<(string Method, JsonObject Operation)> Operations => operations.Select(known => (known.Method, known.Operation));

    /// <summary>The problem codes that an operation says it may answer, with their status.</summary>
    public static IEnumerable<(int Status, string Code)> ProblemsOf(JsonObject operation) =>
        from response in operation["responses"]!.AsObject()
        let schema = response.Value!["content"]?["application/problem+json"]?["schema"]
        where schema is not null
        from code in schema["allOf"]![1]!["properties"]!["code"]!["enum"]!.AsArray()
        select (int.Parse(response.Key, CultureInfo.InvariantCulture), (string)code!);

    /// <summary>Throws, saying where, when the answer is not as described.</summary>
    public void Check(HttpMethod method, string target, string? sent, string? contentType, Answer answer)
    {
        var (path, query) = target.Split('?', 2) is [var before, var after] ? (before, after) : (target, "");
        var known = operations.Find(candidate => candidate.Method == method.Method && candidate.Path.IsMatch(path));
        if (known.Operation is not { } operation)
        {
            Require(answer.Code is 404 or 405, $"answered {answer.Code}, but the description knows no such operation.");
            return;
        }

        var response = operation["responses"]![answer.Code.ToString(CultureInfo.InvariantCulture)]?.AsObject();
        Require(response is not null, $"answered {answer.Code}, which is not described. It answered: {answer.Text}");
        CheckContent(response!, answer);
        CheckHeaders(response!, answer.Headers);
        if (answer.Code < 300)
        {
            CheckRequest(operation, query, sent);
        }

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new XunitException(
                    $"{method} {target} {otherwise}\nDescribe it where the function is: [Operation(...)] names the body, the answer, the status and the problems' codes.");
            }
        }

        void CheckContent(JsonObject described, Answer given)
        {
            if (described["content"] is not JsonObject content)
            {
                Require(given.Text.Length == 0, $"answered a body, but {given.Code} is described without one: {given.Text}");
                return;
            }

            var schema = content[given.ContentType ?? ""]?["schema"];
            Require(schema is not null, $"answered {given.Code} as '{given.ContentType}', which is not described.");
            if ((string?)schema!["format"] == "binary")
            {
                return; // a file, and no JSON
            }

            var faults = new SchemaCheck(Document).Faults(schema!, JsonNode.Parse(given.Text));
            Require(faults.Count == 0, $"answered {given.Code}, and the body is not as described:\n{string.Join('\n', faults)}\n{given.Text}");
        }

        void CheckHeaders(JsonObject described, HttpResponseHeaders given)
        {
            foreach (var name in (string[])["ETag", "Location", "Retry-After", "WWW-Authenticate"])
            {
                var isDescribed = described["headers"]?[name] is not null;
                Require(given.Contains(name) == isDescribed, $"answered {answer.Code} {(isDescribed ? "without" : "with")} the header {name}, unlike its description.");
            }
        }

        void CheckRequest(JsonObject described, string parameters, string? body)
        {
            var names = (described["parameters"]?.AsArray() ?? []).Where(parameter => (string?)parameter!["in"] == "query").Select(parameter => (string)parameter!["name"]!).ToHashSet();
            foreach (var name in parameters.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(parameter => Uri.UnescapeDataString(parameter.Split('=')[0])))
            {
                Require(names.Contains(name), $"accepted the query parameter {name}, which is not described.");
            }

            if (body is null)
            {
                return;
            }

            var schema = described["requestBody"]?["content"]?[contentType ?? ""]?["schema"];
            Require(schema is not null, $"accepted a body of {contentType}, but none is described.");
            var faults = new SchemaCheck(Document).Faults(schema!, JsonNode.Parse(body));
            Require(faults.Count == 0, $"accepted a body that is not as described:\n{string.Join('\n', faults)}\n{body}");
        }
    }

    private static bool IsUuid(JsonObject methods, string parameter) => methods
        .SelectMany(method => method.Value!["parameters"]?.AsArray() ?? [])
        .Any(known => (string?)known!["name"] == parameter && (string?)known["schema"]?["format"] == "uuid");
}
