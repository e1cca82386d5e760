using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace NxLoy.Functions.IntegrationTests.BadInput;

/// <summary>Bodies that no operation accepts.</summary>
internal static class BodyAttacks
{
    private const int TenMegabytes = 10 * 1024 * 1024;
    private const int Million = 1_000_000;

    private static readonly string[] Invalid = ["400 invalid_request"];
    private static readonly string[] Malformed = ["400 malformed_json"];
    private static readonly string[] Unsupported = ["415 unsupported_media_type"];

    public static IEnumerable<Attack> On(Target valid)
    {
        // With a key there is more to be done with a body before it is refused, and the key must stay free.
        var target = valid.Operation.TakesIdempotencyKey ? valid with { Valid = valid.Valid.With("Idempotency-Key", "of what is refused") } : valid;
        return [.. Documents(target), .. ContentTypes(target), .. target.Operation.IsObject ? [.. Names(target), .. target.Operation.Fields.SelectMany(field => Values(target, field))] : (Attack[])[]];
    }

    private static IEnumerable<Attack> Documents(Target target)
    {
        var valid = target.Valid;
        var json = Encoding.UTF8.GetString(valid.Body!);
        if (target.Operation.NeedsBody)
        {
            yield return new("no body", valid with { Body = null }, ["400 body_missing"]);
            yield return new("empty body", valid with { Body = [] }, ["400 body_missing"]);
            yield return new("empty body in chunks", valid with { Body = [], IsChunked = true }, ["400 body_missing"]);
        }

        foreach (var cut in (int[])[1, json.Length / 2, json.Length - 1])
        {
            yield return new($"cut at {cut}", valid with { Json = json[..cut] }, Malformed);
        }

        foreach (var text in (string[])[" ", "\0", "{'a':1}", "{a:1}", "NaN", "undefined", json + "x", json + json, json + ",", "/**/" + json, "a=1&b=2", "<a/>", Twice(json)])
        {
            yield return new($"no JSON: {(text.Length < 20 ? text : text[..20])}", valid with { Json = text }, Malformed);
        }

        foreach (var deep in (string[])[new('[', 10_000), new string('[', 10_000) + new string(']', 10_000), string.Concat(Enumerable.Repeat("{\"a\":", 10_000))])
        {
            yield return new("deep", valid with { Json = deep }, Malformed);
        }

        foreach (var other in (string[])["null", "17", "\"text\"", "true"])
        {
            yield return new($"body {other}", valid with { Json = other }, Invalid, "");
        }

        yield return new("UTF-16", valid with { Body = Encoding.Unicode.GetBytes(json), ContentType = valid.ContentType + "; charset=utf-16" }, [.. Malformed, .. Unsupported]);
        yield return new("gzip", (valid with { Body = Gzip(valid.Body!) }).With("Content-Encoding", "gzip"), ["415 unsupported_content_encoding"]);
        yield return new("10 MB", valid with { Body = Spaces() }, ["413 body_too_large"]);
        yield return new("10 MB in chunks", valid with { Body = Spaces(), IsChunked = true }, ["413 body_too_large"]);
    }

    private static IEnumerable<Attack> ContentTypes(Target target) =>
        from type in (string?[])[null, "", "text/plain", "text/json", "application/xml", "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"]
        select new Attack($"content type '{type}'", target.Valid with { ContentType = type }, Unsupported);

    private static IEnumerable<Attack> Names(Target target)
    {
        yield return new("a list for an object", target.Valid with { Json = "[]" }, Invalid, "");
        foreach (var (json, pointer) in ((string, string)[])[
            ("surelyUnknown", "/surelyUnknown"), ("__proto__", "/__proto__"), ("", "/"), ("a/b~c", "/a~1b~0c"), (target.Operation.Fields.First().Name.ToUpperInvariant(), $"/{target.Operation.Fields.First().Name.ToUpperInvariant()}")])
        {
            yield return new($"unknown field '{json}'", target.WithField(json, "1"), Invalid, pointer);
        }

        foreach (var name in (string[])["\\u0000", "\\ud800", "a\\udc00b"])
        {
            yield return new($"field named {name}", target.Valid with { Json = $$"""{"{{name}}":1}""" }, [.. Invalid, .. Malformed]);
        }

        yield return new("field named with bytes that are no UTF-8", target.Valid with { Body = [.. "{\"a"u8, 0xC3, 0x28, .. "\":1}"u8] }, [.. Invalid, .. Malformed]);
        yield return new("field with a name of a million characters", target.WithField(new string('n', Million), "1"), Invalid);
    }

    private static IEnumerable<Attack> Values(Target target, Asked field)
    {
        var pointer = "/" + field.Name;
        foreach (var wrong in Hostile.WrongFor(field))
        {
            yield return new($"{field.Name} as {wrong}", target.WithField(field.Name, wrong), Invalid, wrong.StartsWith('[') && field.Type == "array" ? pointer + "/0" : pointer);
        }

        if (field.Type is "string" or "array")
        {
            var (start, end, at) = field.Type == "array" ? ("[", "]", pointer + "/0") : ("", "", pointer);
            foreach (var text in Hostile.NoTexts.Append(Hostile.Long(Million)).Concat(field.MaxLength is { } max ? [Hostile.Long(max + 1)] : []))
            {
                yield return new($"{field.Name} as {(text.Length < 30 ? text : "a long text")}", target.WithField(field.Name, start + text + end), Invalid, at);
            }

            var before = Encoding.UTF8.GetBytes($"{{{JsonSerializer.Serialize(field.Name)}:{start}\"a");
            yield return new($"{field.Name} as bytes that are no UTF-8", target.Valid with { Body = [.. before, 0xC3, 0x28, .. Encoding.UTF8.GetBytes($"\"{end}}}")] }, [.. Invalid, .. Malformed]);
        }
    }

    private static string Twice(string json) => JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } body && body.EnumerateObject().FirstOrDefault() is { Value.ValueKind: not JsonValueKind.Undefined } first
        ? $"{json[..^1]},{JsonSerializer.Serialize(first.Name)}:{first.Value.GetRawText()}}}"
        : "{\"a\":1,\"a\":1}";

    private static byte[] Spaces()
    {
        var body = new byte[TenMegabytes];
        Array.Fill(body, (byte)' ');
        return body;
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }
}
