using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace NxLoy.Functions.Http;

/// <summary>Reads a request's JSON body and hands its fields to whoever knows what they mean.</summary>
public static class Body
{
    /// <summary>Bytes; profiles, notes and settings are far smaller, so anything above is a mistake or an attack.</summary>
    public const int Limit = 1024 * 1024;

    private static readonly string[] Json = ["application/json", "application/merge-patch+json"];

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>The body's fields as <paramref name="parse"/> understands them, or every fault in them.</summary>
    public static async Task<Result<T>> ReadAsync<T>(this HttpRequest request, Func<Fields, Result<T>> parse, CancellationToken cancellation)
    {
        var body = await ReadJsonAsync(request, cancellation);
        return body.Failed(out var problem) ? problem : parse(new Fields(body.Value));
    }

    /// <summary>The same where the use case looks for more faults itself.</summary>
    public static Task<Result<Draft<T>>> ReadAsync<T>(this HttpRequest request, Func<Fields, Draft<T>> parse, CancellationToken cancellation) =>
        request.ReadAsync(fields => (Result<Draft<T>>)parse(fields), cancellation);

    /// <summary>The same where a body is optional: no body reads as an empty object.</summary>
    public static async Task<Result<T>> ReadOptionalAsync<T>(this HttpRequest request, Func<Fields, Result<T>> parse, CancellationToken cancellation)
    {
        // Whether there is one only reading tells: a body in chunks says nothing of its length before.
        var body = await ReadJsonAsync(request, cancellation);
        return !body.Failed(out var problem) ? parse(new Fields(body.Value))
            : problem == HttpProblems.BodyMissing ? parse(new Fields(JsonElement.Parse("{}")))
            : problem;
    }

    /// <summary>The body as one JSON object.</summary>
    public static async Task<Result<JsonElement>> ReadJsonAsync(this HttpRequest request, CancellationToken cancellation)
    {
        var document = await request.ReadDocumentAsync(Limit, Json, cancellation);
        return document.Problem is null && document.Value.ValueKind != JsonValueKind.Object
            ? Problem.Invalid(new Fault("", "wrong_type", "The body must be a JSON object."))
            : document;
    }

    /// <summary>The body as any JSON, of at most <paramref name="limit"/> bytes and one of the content types.</summary>
    public static async Task<Result<JsonElement>> ReadDocumentAsync(
        this HttpRequest request, int limit, IReadOnlyList<string> contentTypes, CancellationToken cancellation)
    {
        if (request.ContentLength > limit)
        {
            return HttpProblems.BodyTooLarge;
        }

        var bytes = await ReadBytesAsync(request.Body, limit, cancellation);
        if (bytes is null)
        {
            return HttpProblems.BodyTooLarge;
        }

        if (bytes.Length == 0)
        {
            return HttpProblems.BodyMissing;
        }

        if (!IsOf(request.ContentType, contentTypes))
        {
            return HttpProblems.WrongContentType;
        }

        if (IsPacked(request.Headers.ContentEncoding))
        {
            return HttpProblems.PackedBody;
        }

        // JSON is UTF-8 (RFC 8259, 8.1), which the reader itself looks at only where somebody asks for a text.
        if (!Utf8.IsValid(bytes))
        {
            return HttpProblems.MalformedJson;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            return document.RootElement.Clone();
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The latter where a field's name is no text: half a surrogate pair, escaped.
            return HttpProblems.MalformedJson;
        }
    }

    /// <summary>True where the header, whatever its parameters, names one of them.</summary>
    public static bool IsOf(string? contentType, IReadOnlyList<string> contentTypes) =>
        contentTypes.Contains(contentType?.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase);

    // "identity" is no coding at all (RFC 9110, 8.4).
    private static bool IsPacked(IEnumerable<string?> encodings) => encodings
        .SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .Any(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private static async Task<byte[]?> ReadBytesAsync(Stream body, int limit, CancellationToken cancellation)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await body.ReadAsync(buffer, cancellation) is var read and > 0)
        {
            if (copy.Length + read > limit)
            {
                return null;
            }

            copy.Write(buffer, 0, read);
        }

        return copy.ToArray();
    }
}
