using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Reads what can be read of an event without effect. Its text is kept with all escapes undone, so that whoever looks for
/// somebody in it finds them.
/// </summary>
public static partial class DeadLetterParser
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ParkedEvent Parse(EventMessage message, EventMessageParser.Read read, MessageVerdict verdict)
    {
        var attributes = new EventFields(read.Event, "");
        return new ParkedEvent
        {
            Business = read.Business == Guid.Empty ? null : read.Business,
            EventId = attributes.Text("id", isNeeded: false) ?? (message.Id is { } id && TransactionRules.IsId(id) ? id : null),
            Type = attributes.Text("type", isNeeded: false),
            Source = attributes.Text("source", isNeeded: false),
            Time = attributes.Time("time", isNeeded: false),
            Body = message.Body.Length > EventMessageParser.Limit ? null : read.Event.ValueKind == JsonValueKind.Undefined ? Text(message.Body.Span) : Json(read.Event),
            Digest = Convert.ToHexStringLower(SHA256.HashData(message.Body.Span)),
            Customer = MentionedCustomer.In(attributes),
            Age = message.Age,
            Verdict = verdict,
        };
    }

    private static string Json(JsonElement @event)
    {
        try
        {
            return JsonSerializer.Serialize(@event, Plain);
        }
        catch (Exception half) when (half is JsonException or InvalidOperationException)
        {
            // Half of a surrogate pair, escaped, which is no text: it stays escaped, and so does what JSON needs so.
            return EscapedAscii().Replace(@event.GetRawText(), escaped => ((char)Convert.ToInt32(escaped.Groups["hex"].Value, 16)) is var plain and not ('"' or '\\') ? $"{plain}" : escaped.Value);
        }
    }

    // Of whatever encoding it is, its ASCII can be read: UTF-16 has a NUL beside each letter.
    private static string Text(ReadOnlySpan<byte> body) => Storable(Encoding.UTF8.GetString(body));

    [GeneratedRegex(@"(?<=(?<!\\)(\\\\)*)\\u00(?<hex>[2-7][0-9A-Fa-f])")]
    private static partial Regex EscapedAscii();

    private static string Storable(string text) => text.Replace("\0", "", StringComparison.Ordinal);
}
