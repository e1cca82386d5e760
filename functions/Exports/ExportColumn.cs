using System.Data.Common;
using System.Globalization;

namespace NxLoy.Functions.Exports;

/// <summary>A column of a section.</summary>
/// <param name="Name">In JSON and in the CSV's first line.</param>
/// <param name="Type">text, uuid, integer, number, boolean, date, time (RFC 3339, UTC) or json; any may be null.</param>
public sealed record ExportColumn(string Name, string Type)
{
    internal static IReadOnlyList<ExportColumn> Of(DbDataReader rows) =>
        [.. Enumerable.Range(0, rows.FieldCount).Select(index => new ExportColumn(rows.GetName(index), TypeOf(rows.GetDataTypeName(index))))];

    private static string TypeOf(string postgres) => postgres.Split('(')[0] switch
    {
        "text" or "character varying" => "text",
        "uuid" => "uuid",
        "smallint" or "integer" or "bigint" => "integer",
        "numeric" => "number",
        "boolean" => "boolean",
        "date" => "date",
        "timestamp with time zone" => "time",
        "jsonb" => "json",
        var other => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"No section can hold a column of type {other} yet.")),
    };
}
