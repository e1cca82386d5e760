using NxLoy.Functions.Database;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Exports;

internal static class ExportEvents
{
    private static readonly EventField[] Always =
    [
        EventData.Id("exportId", "The export."),
        EventData.Id("customerId", "Whose data it is; a person's export tells each of its businesses of that one's own customer."),
        EventData.Id("businessId", "Whose customer that is."),
        EventData.Choice<ExportType>("exportType", "What the package holds."),
    ];

    /// <summary>What this slice publishes.</summary>
    public static IReadOnlyList<EventDescription> All { get; } =
    [
        new("customers.data_export.requested", "An export was asked for; where the customer did, it waits for approval.", EventData.Of(
            [.. Always, EventData.Instant("requestedAt", "When.")])),
        new("customers.data_export.completed", "An export's package is there to be downloaded.", EventData.Of(
            [.. Always, EventData.Instant("completedAt", "When."), EventData.Instant("expiresAt", "When the package is deleted.")])),
        new("customers.data_export.failed", "Nothing will come of an export.", EventData.Of(
            [.. Always, EventData.Text("code", "Why, in a word that stays: the export's failureCode."), EventData.Instant("failedAt", "When.")])),
    ];

    /// <summary>Tells every business that the export is of that nothing will come of it, and why.</summary>
    public static async Task WriteFailedAsync(
        this Session session, Guid export, ExportType type, IEnumerable<(Guid Business, Guid Customer)> about, string code, DateTimeOffset now)
    {
        foreach (var (business, customer) in about)
        {
            await session.As(business).WriteAsync(
                "customers.data_export.failed", customer,
                new { exportId = export, customerId = customer, businessId = business, exportType = type, code, failedAt = now }, now);
        }
    }
}
