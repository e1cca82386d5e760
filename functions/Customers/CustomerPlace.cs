namespace NxLoy.Functions.Customers;

/// <summary>A customer found, and its place in the order it was found in: all that a cursor needs.</summary>
internal sealed record CustomerPlace
{
    /// <summary>How well it fits a search, 1 best; 0 in a list without search.</summary>
    public required int Class { get; init; }

    /// <summary>The sort key as PostgreSQL writes it.</summary>
    public required string Key { get; init; }

    public required Guid Id { get; init; }
}
