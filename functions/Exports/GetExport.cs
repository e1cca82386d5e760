using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>Where an export stands, section by section.</summary>
public sealed class GetExport(BusinessDatabase database)
{
    public Task<Result<Export>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        database.InTransactionAsync(caller.Business, session => ExecuteAsync(session, caller, id), cancellation);

    /// <summary>The same within the transaction of a change, so that the answer shows what was written.</summary>
    internal static async Task<Result<Export>> ExecuteAsync(Session session, Caller caller, Guid id)
    {
        var found = await ExportRow.FindAsync(session, caller, id);
        if (found.Failed(out var missing))
        {
            return missing;
        }

        var sections = new List<ExportedSection>();
        foreach (var business in found.Value.BusinessIds)
        {
            sections.AddRange((await ExportSectionRow.ReadAsync(session.As(business), id)).Select(row => new ExportedSection(business, row.Section, row.Rows, row.AsOf)));
        }

        return found.Value.ToExport(caller, sections);
    }
}
