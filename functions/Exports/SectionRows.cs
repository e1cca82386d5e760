using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>The rows of a section in one snapshot.</summary>
/// <param name="Columns">Of every row.</param>
/// <param name="Expected">How many rows the tables have, counted apart from reading them.</param>
/// <param name="Rows">One at a time; each is overwritten by the next.</param>
internal sealed record SectionRows(IReadOnlyList<ExportColumn> Columns, long Expected, IAsyncEnumerable<object?[]> Rows)
{
    /// <param name="asOf">The instant that the section stands for.</param>
    /// <param name="write">Is given the rows while the snapshot lasts.</param>
    public static Task<T> ReadAsync<T>(
        BusinessDatabase database, ExportPiece piece, DateTimeOffset asOf, Func<SectionRows, Task<T>> write, CancellationToken cancellation) =>
        database.InSnapshotAsync(
            piece.BusinessId,
            async snapshot =>
            {
                var section = ExportSections.Find(piece.Section);
                if (section == AnalyticsSection.Groups)
                {
                    return await write(await GroupFigures.ReadAsync(snapshot, piece, asOf));
                }

                var args = new { business = piece.BusinessId, customer = piece.CustomerId };
                var expected = await snapshot.ReadAsync<long>(section.Count, args);
                await using var reader = await snapshot.StreamAsync(section.Sql, args);
                return await write(new SectionRows(ExportColumn.Of(reader), expected, Stream(reader, cancellation)));
            },
            cancellation);

    private static async IAsyncEnumerable<object?[]> Stream(
        System.Data.Common.DbDataReader reader, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var row = new object?[reader.FieldCount];
        while (await reader.ReadAsync(cancellation))
        {
            reader.GetValues(row!);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = row[i] is DBNull ? null : row[i];
            }

            yield return row;
        }
    }
}
