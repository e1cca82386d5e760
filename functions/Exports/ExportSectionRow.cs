using NxLoy.Functions.Database;

namespace NxLoy.Functions.Exports;

/// <summary>A row of customer_data_export_sections.</summary>
internal sealed record ExportSectionRow
{
    public required Guid CustomerId { get; init; }
    public required string Section { get; init; }
    public required long? Rows { get; init; }
    public required DateTimeOffset? AsOf { get; init; }
    public required string? Columns { get; init; }
    public required Guid? Attempt { get; init; }

    /// <summary>The sections of an export that are of the session's business, in their order.</summary>
    public static Task<IReadOnlyList<ExportSectionRow>> ReadAsync(Session session, Guid export) => session.QueryAsync<ExportSectionRow>(
        """
        select customer_id as customerid, section, rows, as_of as asof, columns::text as columns, attempt
        from customer_data_export_sections
        where export_id = @export and business_id = @business
        order by position
        """,
        new { export, business = session.Business });
}
