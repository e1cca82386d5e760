using CsvHelper;

namespace NxLoy.Functions.IntegrationTests.Chinook;

/// <summary>What the store's files hold, read without any of the app's code.</summary>
internal static class ChinookFiles
{
    public static IReadOnlyList<Customer> Customers { get; } = Read("customers.csv", row => new Customer(
        row.GetString("externalId"), row.GetString("email"), row.GetString("phone"), row.GetString("firstName"), row.GetString("lastName")));

    public static IReadOnlyList<Invoice> Invoices { get; } = Read("invoices.csv", row => new Invoice(
        row.GetString("invoiceId"), row.GetString("customerExternalId"), row.GetString("occurredAt"), row.Parse<decimal>("total"), row.GetString("currency")));

    public static IReadOnlyList<Line> Lines { get; } = Read("invoice-lines.csv", row => new Line(
        row.GetString("invoiceId"), row.GetString("product"), row.GetString("category"), row.Parse<decimal>("quantity"), row.Parse<decimal>("unitPrice")));

    private static List<T> Read<T>(string file, Func<CsvReader, T> make)
    {
        using var csv = CsvReader.FromFile(Path.Combine(FactBesideChinookAttribute.Folder, file));
        var rows = new List<T>();
        while (csv.Read())
        {
            rows.Add(make(csv));
        }

        return rows;
    }

    internal sealed record Customer(string ExternalId, string Email, string Phone, string FirstName, string LastName);

    internal sealed record Invoice(string InvoiceId, string CustomerExternalId, string OccurredAt, decimal Total, string Currency);

    internal sealed record Line(string InvoiceId, string Product, string Category, decimal Quantity, decimal UnitPrice);
}
