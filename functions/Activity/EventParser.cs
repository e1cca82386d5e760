using System.Text.Json;
using System.Text.RegularExpressions;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Reads CloudEvents 1.0 in their JSON format. Attributes and data that nobody here knows are passed over: other systems
/// may say more than this one needs.
/// </summary>
public static partial class EventParser
{
    private const int SchemaLength = 2000;

    /// <summary>What the event says to this business.</summary>
    public static ArrivedEvent Parse(JsonElement element, Guid business)
    {
        var attributes = new EventFields(element, "");
        var arrived = new ArrivedEvent { Id = attributes.Text("id"), Type = attributes.Text("type"), Time = attributes.Time("time", isNeeded: false) };
        attributes.Text("source");
        if (attributes.Text("specversion") is { } version && version != "1.0")
        {
            attributes.Fault("specversion", "must be 1.0");
        }

        if (attributes.Text("datacontenttype", isNeeded: false) is { } content && !IsJson(content))
        {
            attributes.Fault("datacontenttype", "must be application/json");
        }

        var schema = attributes.Text("dataschema", isNeeded: false, SchemaLength);
        if (attributes.Faults.Count > 0)
        {
            return Refuse(arrived, "invalid_event", attributes);
        }

        var name = Version().Replace(arrived.Type!, "");
        return ReaderOf(name) is not { } reader ? Refuse(arrived, "unknown_type")
            : !IsKnownVersion(arrived.Type!) || !IsKnownVersion(schema) ? Refuse(arrived, "unknown_version")
            : Read(arrived with { Type = name }, attributes.Object("data"), attributes, reader, business);
    }

    private static ArrivedEvent Read(ArrivedEvent arrived, EventFields? data, EventFields attributes, Func<EventFields, ToldEvent> reader, Guid business)
    {
        if (data is null)
        {
            return Refuse(arrived, "invalid_event", attributes);
        }

        var told = reader(data);
        return told.Business != business && told.Business != Guid.Empty ? Refuse(arrived, "unknown_business")
            : data.Faults.Count > 0 ? Refuse(arrived, "invalid_data", data)
            : arrived with { Told = told };
    }

    private static Func<EventFields, ToldEvent>? ReaderOf(string type) => type switch
    {
        EventTypes.Completed => data => TransactionParser.Parse(data, TransactionKind.SALE),
        EventTypes.Refunded => data => TransactionParser.Parse(data, TransactionKind.REFUND),
        EventTypes.Voided => data => TransactionParser.Parse(data, TransactionKind.VOID),
        EventTypes.Balance => BalanceParser.Parse,
        EventTypes.Redemption => RedemptionParser.Parse,
        EventTypes.Communication => CommunicationParser.Parse,
        EventTypes.Business => BusinessParser.Parse,
        _ => null,
    };

    // Type or schema may end in a version (...completed.v1, https://example.com/schemas/sale/v1); there is only one so far.
    private static bool IsKnownVersion(string? name) => name is null || Version().Match(name) is not { Success: true } version || version.Groups["major"].Value == "1";

    private static bool IsJson(string contentType)
    {
        var media = contentType.Split(';')[0].Trim();
        return media.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"[./:_-]v(?<major>[0-9]{1,9})(\.[0-9]+)*/?\z")]
    private static partial Regex Version();

    private static ArrivedEvent Refuse(ArrivedEvent arrived, string code, EventFields? fields = null) =>
        arrived with { Refusal = new EventResult(arrived.Id, EventStatus.rejected, code, fields is null ? null : string.Join(' ', fields.Faults)) };
}
