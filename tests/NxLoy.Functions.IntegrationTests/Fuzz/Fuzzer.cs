using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.IntegrationTests.BadInput;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Fuzz;

/// <summary>
/// Makes requests from the API's description: some that should succeed, most with something wrong. The same seed and
/// number make the same request, whatever was made before; only the ids and tokens are each run's own.
/// </summary>
/// <param name="customers">Customers of <paramref name="mine"/>, each with a note.</param>
internal sealed class Fuzzer(int seed, World mine, World theirs, IReadOnlyList<(Guid Customer, Guid Note)> customers)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "X"];
    private static readonly string[] Roles = ["staff", "owner", "compliance", "service", "customer", "", "emperor"];
    private static readonly IReadOnlyList<string> Tokens = [.. Forged.Like("owner", Guid.NewGuid()).Select(forged => forged.Token)];

    public Sent Make(int number)
    {
        var random = new Random(seed + number);
        var operation = Operation(random);
        var target = PathOf(operation, random) + QueryOf(operation, random);
        var sent = new Sent(random.Chance(0.97) ? operation.Method : random.Of(Methods), target) { Token = TokenFor(operation, random) };
        return WithHeaders(WithBody(sent, operation, random), operation, random);
    }

    /// <summary>Deleting is seldom, or soon nobody would be left.</summary>
    private static Described Operation(Random random)
    {
        var operation = random.Of(Described.All);
        return operation.Name is "DeleteCustomer" && random.Chance(0.7) ? Described.Of("PatchCustomer") : operation;
    }

    private string? TokenFor(Described operation, Random random) => random.NextDouble() switch
    {
        < 0.02 => null,
        < 0.04 => random.Of(Tokens),
        < 0.10 => TestApp.Token(random.Of(Roles), [mine.Business]),
        _ when operation.Roles.Count == 0 => null,
        _ when random.Of(operation.Roles) is var role => TestApp.Token(role, [mine.Business], role == "customer" ? random.Of(customers).Customer.ToString() : "fuzz-" + random.Next(3)),
        _ => null,
    };

    private string PathOf(Described operation, Random random)
    {
        var (customer, note) = random.Of(customers);
        return mine.PathOf(operation, [.. operation.PathParameters.Select(parameter => (parameter.Name, parameter switch
        {
            { Format: "uuid" } => random.NextDouble() switch
            {
                < 0.75 => parameter.Name == "noteId" ? note.ToString() : operation.Path.Contains("/people/", StringComparison.Ordinal) ? mine.Person.ToString() : customer.ToString(),
                < 0.80 => random.Of([.. mine.Ids]).ToString(),
                < 0.90 => random.Of([.. theirs.Ids]).ToString(),
                < 0.95 => random.Id().ToString(),
                _ => Uri.EscapeDataString(random.Text()) + "x",
            },
            _ => random.Chance(0.5) ? random.Of("vip", "VIP", "new", "tea%20drinker") : Uri.EscapeDataString(random.Text()),
        }))]);
    }

    private string QueryOf(Described operation, Random random)
    {
        var asked = operation.QueryParameters.Where(_ => random.Chance(0.25))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(random.Chance(0.6) ? Right(parameter, random) : random.Text())}").ToList();
        if (random.Chance(0.03))
        {
            asked.Add(random.Of("x=1", "limit=1&limit=2", "%00=%00", "a=%FF%FE", "=", "&&&", "%", "cursor=" + new string('A', 100), "[]=1"));
        }

        return asked.Count == 0 ? "" : "?" + string.Join('&', asked);
    }

    private Sent WithBody(Sent sent, Described operation, Random random)
    {
        if (random.Chance(operation.TakesBody ? 0.03 : 0.95))
        {
            return sent;
        }

        var json = operation.Body is { } schema ? Write(schema, "", random) : random.Value();
        var body = Encoding.UTF8.GetBytes(json);
        body = random.NextDouble() switch
        {
            < 0.03 => body[..random.Next(body.Length + 1)],
            < 0.06 when body.Length > 0 => Flipped(body, random),
            < 0.08 => [.. body, .. body],
            < 0.09 => Encoding.Unicode.GetBytes(json),
            < 0.10 => [0xEF, 0xBB, 0xBF, .. body],
            < 0.11 => Encoding.UTF8.GetBytes(random.Value()),
            < 0.12 => new byte[random.Next(2_000_000)],
            _ => body,
        };
        return sent with
        {
            Body = body,
            IsChunked = random.Chance(0.1),
            ContentType = random.Chance(0.06)
                ? random.Of<string?>(null, "", "text/plain", "application/json; charset=utf-16", "application/json; charset=\"", "APPLICATION/JSON", "multipart/form-data; boundary=", ";", new string('x', 3000))
                : operation.ContentTypes.Count > 0 ? random.Of(operation.ContentTypes) : "application/json",
        };
    }

    private static Sent WithHeaders(Sent sent, Described operation, Random random)
    {
        if (operation.NeedsIfMatch && random.Chance(0.96))
        {
            sent = sent.With("If-Match", random.Chance(0.7) ? "*" : random.Of("\"1\"", "\"2\"", "W/\"1\"", "\"1\", \"2\"", "garbage", "\"\"", ",", new string('"', 500)));
        }

        if (operation.TakesIdempotencyKey && random.Chance(0.4))
        {
            sent = sent.With("Idempotency-Key", random.Chance(0.9) ? $"key-{random.Next(40).ToString(CultureInfo.InvariantCulture)}" : random.Of("", " ", new string('k', 256), "\"", "k,k"));
        }

        if (random.Chance(0.02) && sent.Body is { } body)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            {
                gzip.Write(body);
            }

            sent = (sent with { Body = packed.ToArray() }).With("Content-Encoding", "gzip");
        }

        return !random.Chance(0.1) ? sent : sent.With(random.Of("X-HTTP-Method-Override", "X-Business-Id", "Accept", "Accept-Encoding", "Accept-Language", "traceparent", "tracestate", "Range", "If-None-Match", "If-Modified-Since",
            "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Original-URL", "Origin", "Cookie", "Via", "X-MS-CLIENT-PRINCIPAL", "x-functions-key", "Content-Language"),
            random.Of("DELETE", "*", "", "0", "-1", "bytes=0-0", "text/xml", "00-00000000000000000000000000000000-0000000000000000-00", "../../", "' or 1=1", "null", new string('h', 4000), Guid.Empty.ToString()));
    }

    /// <summary>A JSON text after the schema, with something else here and there.</summary>
    private string Write(JsonNode node, string name, Random random)
    {
        var schema = Described.Resolve(node);
        if (random.Chance(name.Length == 0 ? 0.02 : 0.06))
        {
            return random.Value();
        }

        if (schema["properties"] is JsonObject properties)
        {
            var required = schema["required"]?.AsArray().Select(field => (string)field!).ToHashSet() ?? [];
            var fields = properties.Where(field => random.Chance(required.Contains(field.Key) ? 0.97 : 0.4))
                .Select(field => $"{JsonSerializer.Serialize(field.Key)}:{Write(field.Value!, field.Key, random)}").ToList();
            if (random.Chance(0.04))
            {
                fields.Insert(random.Next(fields.Count + 1), random.Of("\"x\":1", "\"\":1", "\"\\u0000\":1", "\"\\ud800\":1", "\"__proto__\":{}", "\"id\":1", "\"email\":\"a@example.com\"", "\"data\":{}"));
            }

            return $"{{{string.Join(',', fields)}}}";
        }

        var asked = Asked.Of(name, schema);
        return asked.Type switch
        {
            "array" => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Write(schema["items"]!, name, random)))}]",
            "string" => JsonSerializer.Serialize(Right(asked, random)),
            _ => Right(asked, random),
        };
    }

    /// <summary>A value that the field or parameter may well take.</summary>
    private string Right(Asked asked, Random random) => asked switch
    {
        { Choices.Count: > 0 } => random.Of(asked.Choices),
        { Format: "date" } => random.Of("1980-02-29", "0001-01-01", "9999-12-31", "2026-11-23"),
        { Format: "uuid", Name: "businessId" } => (random.Chance(0.8) ? mine : theirs).Business.ToString(),
        { Format: "uuid" } => (random.Chance(0.8) ? random.Of(customers).Customer : random.Chance(0.5) ? theirs.Customer : random.Id()).ToString(),
        { Type: "boolean" } => random.Of("true", "false"),
        { Type: "integer" } => random.Next(0, 30).ToString(CultureInfo.InvariantCulture),
        { Type: "number" } => random.Of("0", "0.5", "1", "0.9999", "10.01"),
        { Name: "email" } => $"fuzz{random.Next(300).ToString(CultureInfo.InvariantCulture)}@example.com",
        { Name: "phone" } => $"+1201555{random.Next(100, 300).ToString("D4", CultureInfo.InvariantCulture)}",
        { Name: "preferredLanguage" } => random.Of("EN", "pt-BR"),
        { Name: "referredBy" } => random.Of(customers).Customer.ToString(),
        { Name: "consentMode" } => random.Of("opt_in", "opt_out"),
        { Name: "status" } => random.Of("active", "inactive", "deleted"),
        { Name: "currency" } => "USD",
        { Name: "type" } => "transactions.transaction." + random.Of("completed", "refunded", "voided"),
        { Name: "datacontenttype" } => "application/json",
        { Name: "transactionId" or "originalTransactionId" } => $"sale-{random.Next(100).ToString(CultureInfo.InvariantCulture)}",
        { Name: "time" or "occurredAt" or "createdFrom" or "createdTo" or "lastVisitFrom" or "lastVisitTo" } => random.Of("2026-01-31T12:00:00Z", "2024-02-29T23:59:59.9999999+14:00", "2026-02-01"),
        _ => random.Text(),
    };

    private static byte[] Flipped(byte[] body, Random random)
    {
        body[random.Next(body.Length)] ^= (byte)(1 << random.Next(8));
        return body;
    }
}
