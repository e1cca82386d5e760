namespace NxLoy.Functions.Customers;

/// <summary>A row of the statements that find customers: one found, or nothing but how many were looked at.</summary>
internal sealed record CustomersFound
{
    public required long Examined { get; init; }
    public required int? Class { get; init; }
    public required string? Key { get; init; }
    public required Guid? Id { get; init; }

    /// <summary>
    /// The page, or null when it is not full and the statement stopped short: it looked at more than <paramref name="most"/>.
    /// </summary>
    public static IReadOnlyList<CustomerPlace>? Page(IReadOnlyList<CustomersFound> found, int rows, long most)
    {
        IReadOnlyList<CustomerPlace> places =
            [.. found.Where(row => row.Id is not null).Select(row => new CustomerPlace { Class = row.Class!.Value, Key = row.Key!, Id = row.Id!.Value })];
        return places.Count >= rows || found is [] || found[0].Examined <= most ? places : null;
    }
}
