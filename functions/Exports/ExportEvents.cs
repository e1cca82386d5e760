using NxLoy.Functions.Database;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Exports;

internal static class ExportEvents
{
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
