using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Reads the CloudEvent in a message as the AMQP protocol binding of CloudEvents 1.0.2 writes it: all of it in the body
/// (structured), or its data in the body and its attributes beside it (binary).
/// </summary>
public static class EventMessageParser
{
    /// <summary>Bytes. One event, with a receipt of some thousand lines.</summary>
    public const int Limit = 1024 * 1024;

    private static readonly string[] Prefixes = ["cloudEvents:", "cloudEvents_"];
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <param name="Event">The event in its JSON format; undefined where there is no JSON.</param>
    /// <param name="Business">Whose it says it is; empty where it does not say.</param>
    /// <param name="Code">Why there is no event, or nobody it could be of; else null.</param>
    public sealed record Read(JsonElement Event, Guid Business, string? Code = null, string? Detail = null);

    public static Read Parse(EventMessage message)
    {
        if (!message.IsReadable)
        {
            return Refused("unreadable_body", "The body is to be bytes (an AMQP data section), not a value of AMQP's own types.");
        }

        if (message.Body.Length > Limit)
        {
            return Refused("too_large", string.Create(CultureInfo.InvariantCulture, $"An event has at most {Limit} bytes."));
        }

        // The reader looks at this only where somebody asks for a text.
        if (!Utf8.IsValid(message.Body.Span))
        {
            return Refused("malformed_json", "The body is not in UTF-8.");
        }

        try
        {
            var @event = message.Properties.Keys.Any(IsAttribute) ? FromBinary(message) : Json(message.Body);
            return BusinessOf(@event) is { } business ? new Read(@event, business) : WithoutBusiness(@event);
        }
        catch (JsonException)
        {
            return Refused("malformed_json", "The body is not one JSON document, or names a field twice.");
        }
        catch (Exception half) when (half is InvalidOperationException or ArgumentException)
        {
            // JSON may have it in an escape, and in the name of a field nothing can read it over.
            return Refused("malformed_json", "The body holds half of a surrogate pair, which is no character.");
        }
    }

    private static Read WithoutBusiness(JsonElement @event) =>
        (EventParser.Parse(@event, Guid.Empty).Refusal is { } refusal ? Refused(refusal.Code!, refusal.Detail) : Refused("invalid_data", "/data/businessId is needed."))
        with { Event = @event };

    // As the parser of events reads it.
    private static Guid? BusinessOf(JsonElement @event) => new EventFields(@event, "").Object("data")?.Id("businessId");

    private static JsonElement FromBinary(EventMessage message)
    {
        var @event = new JsonObject();
        foreach (var (name, value) in message.Properties.Where(property => IsAttribute(property.Key)))
        {
            @event[Prefixes.Aggregate(name, (rest, prefix) => rest.StartsWith(prefix, StringComparison.Ordinal) ? rest[prefix.Length..] : rest)] = value switch
            {
                DateTime time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
                DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture),
            };
        }

        if (message.ContentType is { Length: > 0 } type)
        {
            @event["datacontenttype"] = type;
        }

        @event["data"] = JsonSerializer.SerializeToNode(Json(message.Body));
        return JsonSerializer.SerializeToElement(@event);
    }

    private static bool IsAttribute(string property) => Array.Exists(Prefixes, prefix => property.StartsWith(prefix, StringComparison.Ordinal));

    private static JsonElement Json(ReadOnlyMemory<byte> body)
    {
        var mark = Encoding.UTF8.Preamble.Length;
        using var document = JsonDocument.Parse(body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[mark..] : body, Strict);
        return document.RootElement.Clone();
    }

    private static Read Refused(string code, string? detail) => new(default, Guid.Empty, code, detail);
}
