using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Http;

/// <summary>The body of a POST and the key under which the client may send it again.</summary>
public sealed record Post<T>(T Body, IdempotencyKey? Key);

public static class Posts
{
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>Reads a POST's body and its Idempotency-Key (1-255 characters), if it has one.</summary>
    public static async Task<Result<Post<T>>> ReadPostAsync<T>(this HttpRequest request, Func<Fields, Result<T>> parse, CancellationToken cancellation)
    {
        var json = await request.ReadJsonAsync(cancellation);
        if (json.Failed(out var unreadable))
        {
            return unreadable;
        }

        var body = parse(new Fields(json.Value));
        return body.Failed(out var problem) ? problem : request.WithKey(body.Value, Canonical(json.Value));
    }

    /// <summary>Reads the Idempotency-Key of a POST that asks nothing in a body.</summary>
    public static Task<Result<Post<Done>>> ReadPost(this HttpRequest request) => Task.FromResult(request.WithKey(new Done(), ""));

    /// <summary>The same where the use case looks for more faults itself.</summary>
    public static Task<Result<Post<Draft<T>>>> ReadPostAsync<T>(this HttpRequest request, Func<Fields, Draft<T>> parse, CancellationToken cancellation) =>
        request.ReadPostAsync(fields => (Result<Draft<T>>)parse(fields), cancellation);

    // Two requests are the same when they ask the same thing of the same resource, however the JSON was spaced.
    private static Result<Post<T>> WithKey<T>(this HttpRequest request, T body, string asked) =>
        !request.Headers.TryGetValue(KeyHeader, out var header) ? new Post<T>(body, null)
        : header.ToString() is { Length: > 0 and <= 255 } key ? new Post<T>(body, new IdempotencyKey(key, Encoding.UTF8.GetBytes($"{request.Method} {request.Path} {asked}")))
        : Problem.Invalid(new Fault(KeyHeader, "out_of_range", "The key must have 1 to 255 characters."));

    private static string Canonical(JsonElement body)
    {
        try
        {
            return JsonSerializer.Serialize(body);
        }
        catch (JsonException)
        {
            // It holds half a surrogate pair, for which it is refused later on, with a pointer to every fault.
            return body.GetRawText();
        }
    }
}
