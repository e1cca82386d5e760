using NxLoy.Functions.Database;
using NxLoy.Functions.Storage;

namespace NxLoy.Functions.Exports;

/// <summary>Deletes all blobs of exports, however often it is asked to.</summary>
public sealed class DeleteExportFiles(BusinessDatabase database, BlobStorage storage, ExportFiles files)
{
    /// <param name="business">
    /// A business that the exports are about; a person's package stands under the one it was asked for in. Once another one's
    /// customer is erased only that one knows it, and the sweep deletes it.
    /// </param>
    public async Task ExecuteAsync(Guid business, IReadOnlyList<Guid> exports, CancellationToken cancellation)
    {
        if (!storage.IsConfigured)
        {
            return;
        }

        var homes = await database.QueryAsync<Home>(
            business, "select id, asked_in as askedin from customer_data_exports where id = any(@exports)", new { exports = exports.ToArray() }, cancellation);
        foreach (var home in homes)
        {
            await files.DeleteAllAsync(home.AskedIn, home.Id, cancellation);
        }
    }

    private sealed record Home
    {
        public required Guid Id { get; init; }
        public required Guid AskedIn { get; init; }
    }
}
