namespace NxLoy.Functions.Customers;

/// <summary>
/// A sort in the terms of the database: an index's walk, on the table that holds the key (<c>customers c</c> or
/// <c>customer_metrics k</c>).
/// </summary>
internal sealed class CustomerOrder(CustomerCriteria criteria, CustomerSort sort, bool isFirstPage)
{
    private readonly (string Table, string Key, string Id, string Type) index = sort.Name switch
    {
        "name" => ("customers c", "c.sort_name", "c.id", "text"),
        "created" => ("customers c", "c.created_at", "c.id", "timestamptz"),
        "lastVisit" => ("customer_metrics k", "k.last_visit_order", "k.customer_id", "timestamptz"),
        "totalSpent" => ("customer_metrics k", "k.total_spent_minor", "k.customer_id", "bigint"),
        _ => throw new InvalidOperationException($"There is no order {sort.Name}."),
    };

    private string Table => index.Table;

    private string Key => index.Key;

    private string Id => index.Id;

    public string Direction => sort.IsDescending ? "desc" : "asc";

    // Holds for what comes after the cursor's place.
    private string After => isFirstPage ? "true" : $"({Key}, {Id}) {(sort.IsDescending ? "<" : ">")} (@key::{index.Type}, @id)";

    private string Business => IsOnCustomers ? "c.business_id = @business" : "k.business_id = @business";

    private bool IsOnCustomers => Id == "c.id";

    /// <summary>The key of one customer that passes the filter and comes after the cursor's place.</summary>
    public string KeyOf(string id) =>
        $"""
        select {Key} as key
        from {Table}
        where {Business} and {Id} = {id} and {After}
            and {(IsOnCustomers ? criteria.Conditions : $"(select true from customers c where c.id = {id} and {criteria.Conditions})")}
        """;

    /// <summary>Keys and ids in order, from the cursor's place on, and within the filter's range where that is of the same key.</summary>
    public string Walk =>
        $"""
        select {Id} as id, {Key} as key
        from {Table}
        where {string.Join(" and ", Conditions.OfType<string>())}
        order by {Key} {Direction}, {Id} {Direction}
        """;

    private IEnumerable<string?> Conditions =>
    [
        Business,
        IsOnCustomers ? $"c.{criteria.Exists}" : null,
        sort.Name == "created" ? criteria.Created("c") : null,
        sort.Name == "lastVisit" ? criteria.Visited("k") : null,
        isFirstPage ? null : After,
    ];
}
