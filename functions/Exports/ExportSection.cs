namespace NxLoy.Functions.Exports;

/// <summary>
/// A part of a package: the rows of one table that are about the customer, as one JSON and one CSV file.
/// </summary>
/// <param name="Name">As its files are called.</param>
/// <param name="Title">What the index calls it.</param>
/// <param name="Table">Where the rows stand; each table is one section or is named in <see cref="ExportSections.LeftOut"/>.</param>
/// <param name="Rows">
/// Which rows of the table they are: <c>@business</c>, <c>@customer</c>. Counted beside the file's, so that a join that
/// loses or doubles some is found out.
/// </param>
/// <param name="Sql">The rows with the names they have in the files.</param>
internal sealed record ExportSection(string Name, string Title, string Table, string Rows, string Sql)
{
    public const string OfCustomer = "business_id = @business and customer_id = @customer";

    public string Count => $"select count(*) from {Table} where {Rows}";
}
