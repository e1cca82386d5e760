namespace NxLoy.Functions.Customers;

/// <summary>A sort in the terms of the database: an index's walk, on the table <c>k</c> that holds the key.</summary>
internal sealed class CustomerOrder(CustomerCriteria criteria, CustomerSort sort, bool isFirstPage)
{
    private readonly (string Table, string Key, string Id, string Type) index = sort.Name switch
    {
        "name" => ("customers", "k.sort_name", "k.id", "text"),
        "created" => ("customers", "k.created_at", "k.id", "timestamptz"),
        "lastVisit" => ("customer_metrics", "k.last_visit_order", "k.customer_id", "timestamptz"),
        "totalSpent" => ("customer_metrics", "k.total_spent_minor", "k.customer_id", "bigint"),
        _ => throw new InvalidOperationException($"There is no order {sort.Name}."),
    };

    public string Table => index.Table;

    public string Key => index.Key;

    public string Id => index.Id;

    public string Direction => sort.IsDescending ? "desc" : "asc";

    /// <summary>Holds for what comes after the cursor's place.</summary>
    public string After => isFirstPage ? "true" : $"({Key}, {Id}) {(sort.IsDescending ? "<" : ">")} (@key::{index.Type}, @id)";

    /// <summary>Keys and ids in order, from the cursor's place on, and within the filter's range where that is of the same key.</summary>
    public string Walk =>
        $"""
        select {Id} as id, {Key} as key
        from {Table} k
        where {string.Join(" and ", Conditions.OfType<string>())}
        order by {Key} {Direction}, {Id} {Direction}
        """;

    private IEnumerable<string?> Conditions =>
    [
        "k.business_id = @business",
        Table == "customers" ? $"k.{criteria.Exists}" : null,
        sort.Name == "created" ? criteria.Created("k") : null,
        sort.Name == "lastVisit" ? criteria.Visited("k") : null,
        isFirstPage ? null : After,
    ];
}
