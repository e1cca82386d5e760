namespace NxLoy.Functions.Exports;

internal static class ExportProblems
{
    public static Problem StorageNotConfigured { get; } =
        new(503, "storage_not_configured", "No storage for files is configured here, so nothing can be exported.") { RetryAfterSeconds = 3600 };

    public static Problem CustomerErased { get; } =
        new(409, "customer_erased", "This customer has been erased; nothing is left to do this with.");

    public static Problem NotWaiting { get; } =
        new(409, "export_not_waiting", "This export does not wait for a decision.");

    public static Problem NotFailed { get; } =
        new(409, "export_not_failed", "Only an export that has failed, and was not refused, can be tried again.");

    public static Problem NotReady { get; } =
        new(409, "export_not_ready", "There is no package to download: the export is not completed.");

    public static Problem Expired { get; } =
        new(410, "export_expired", "The package has expired and been deleted. Ask for a new export.");

    public static Problem RangeNotSatisfiable { get; } =
        new(416, "range_not_satisfiable", "The package is shorter than the range asked for.");

    public static Problem OtherIsOpen(Guid id) =>
        new(409, "export_open", "Another export of this customer and type is under way.") { ExistingId = id };
}
