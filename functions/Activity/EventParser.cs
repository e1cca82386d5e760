using System.Text.Json;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Reads CloudEvents 1.0 in their JSON format. Attributes and data that nobody here knows are passed over: other systems
/// may say more than this one needs.
/// </summary>
public static class EventParser
{
    private const string Transactions = "transactions.transaction.";

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

        return attributes.Faults.Count > 0 ? Refuse(arrived, "invalid_event", attributes)
            : KindOf(arrived.Type!) is not { } kind ? Refuse(arrived, "unknown_type")
            : Read(arrived, attributes.Object("data"), attributes, kind, business);
    }

    private static ArrivedEvent Read(ArrivedEvent arrived, EventFields? data, EventFields attributes, TransactionKind kind, Guid business)
    {
        if (data is null)
        {
            return Refuse(arrived, "invalid_event", attributes);
        }

        var told = TransactionParser.Parse(data, kind);
        return told.Business != business && told.Business != Guid.Empty ? Refuse(arrived, "unknown_business")
            : data.Faults.Count > 0 ? Refuse(arrived, "invalid_data", data)
            : arrived with { Transaction = told };
    }

    private static TransactionKind? KindOf(string type) => type switch
    {
        Transactions + "completed" => TransactionKind.SALE,
        Transactions + "refunded" => TransactionKind.REFUND,
        Transactions + "voided" => TransactionKind.VOID,
        _ => null,
    };

    private static bool IsJson(string contentType)
    {
        var media = contentType.Split(';')[0].Trim();
        return media.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || media.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
    }

    private static ArrivedEvent Refuse(ArrivedEvent arrived, string code, EventFields? fields = null) =>
        arrived with { Refusal = new EventResult(arrived.Id, EventStatus.rejected, code, fields is null ? null : string.Join(' ', fields.Faults)) };
}
