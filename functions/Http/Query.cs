using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Http;

/// <summary>
/// Reads query parameters as <see cref="Fields"/>, so that what a list takes in its URL and in a body is written once.
/// Pointers are the bare names.
/// </summary>
public static class Query
{
    /// <summary>The request's parameters as <paramref name="parse"/> understands them, or every fault in them.</summary>
    public static Task<Result<T>> ReadQuery<T>(this HttpRequest request, Func<Fields, Result<T>> parse) =>
        Task.FromResult(parse(new Fields(ToJson(request.Query), isQuery: true)));

    internal static Fault Unknown(string name) => new(name, "unknown_parameter", "This query parameter does not exist here.");

    // A parameter given twice becomes a list, which no reader of one value accepts.
    private static JsonElement ToJson(IQueryCollection query)
    {
        var json = new JsonObject();
        foreach (var (name, values) in query)
        {
            json[name] = values is [var only] ? only ?? "" : new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
        }

        return JsonSerializer.SerializeToElement(json);
    }
}
