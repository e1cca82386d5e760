namespace NxLoy.Functions.Customers;

/// <summary>A filter in the terms of the database: conditions on <c>customers c</c>, and values by parameter name.</summary>
internal sealed record CustomerCriteria
{
    public required Guid Business { get; init; }
    public required string? Tier { get; init; }
    public required CustomerStatus? Status { get; init; }
    public required string? Tag { get; init; }
    public required DateTimeOffset? CreatedFrom { get; init; }
    public required DateTimeOffset? CreatedBefore { get; init; }
    public required DateTimeOffset? VisitedFrom { get; init; }
    public required DateTimeOffset? VisitedBefore { get; init; }

    public static CustomerCriteria From(Guid business, CustomerFilter filter, string timeZone) => new()
    {
        Business = business,
        Tier = filter.Tier?.ToString(),
        Status = filter.Status,
        Tag = filter.Tag,
        CreatedFrom = filter.CreatedFrom?.Start(timeZone),
        CreatedBefore = filter.CreatedTo?.End(timeZone),
        VisitedFrom = filter.LastVisitFrom?.Start(timeZone),
        VisitedBefore = filter.LastVisitTo?.End(timeZone),
    };

    /// <summary>True when it keeps nobody out but deleted customers.</summary>
    public bool IsOpen => (Tier, Status, Tag, Created("c"), Visited("m")) is (null, null, null, null, null);

    /// <summary>The part that the partial indexes share.</summary>
    public string Exists => Status == CustomerStatus.Deleted ? "deleted_at is not null" : "deleted_at is null";

    /// <summary>Everything that must hold of a row of <c>customers c</c>.</summary>
    public string Conditions => string.Join("\n    and ", new[]
    {
        "c.business_id = @business",
        $"c.{Exists}",
        Tier is null ? null : "c.loyalty_tier = @tier",
        Status switch { CustomerStatus.Active => "c.is_active", CustomerStatus.Inactive => "not c.is_active", _ => null },
        Tag is null ? null :
            "exists (select from customer_tags t where t.business_id = @business and t.customer_id = c.id and t.tag_key = lower(@tag))",
        Created("c"),
        Visited("m") is not { } visited ? null :
            $"exists (select from customer_metrics m where m.business_id = @business and m.customer_id = c.id and {visited})",
    }.OfType<string>());

    /// <summary>
    /// For every given filter, what finds its customers (a column <c>id</c>) by the index it has of its own; the most
    /// telling first. Each is held to that index by its order, in which a column compared for equality would count for
    /// nothing: hence the ranges from a value to itself.
    /// </summary>
    public IEnumerable<string> Sources => new[]
    {
        Tag is null ? null :
            $"select t.customer_id as id from customer_tags t where t.business_id = @business and {All("t.tag_key", "t.customer_id", "lower(@tag)")}",
        Visited("m") is not { } visited ? null :
            $"select m.customer_id as id from customer_metrics m where m.business_id = @business and {visited} order by m.last_visit_order, m.customer_id",
        Created("c") is not { } created ? null :
            $"select c.id from customers c where c.business_id = @business and c.{Exists} and {created} order by c.created_at, c.id",
        Status switch
        {
            CustomerStatus.Inactive => "select c.id from customers c where c.business_id = @business and c.deleted_at is null and not c.is_active order by c.id",
            CustomerStatus.Deleted => "select c.id from customers c where c.business_id = @business and c.deleted_at is not null order by c.id",
            _ => null,
        },
        Tier is null || Status == CustomerStatus.Deleted ? null :
            $"select c.id from customers c where c.business_id = @business and c.deleted_at is null and {All("c.loyalty_tier", "c.id", "@tier")}",
    }.OfType<string>();

    /// <summary>The range of creation on the alias; null when none is asked for.</summary>
    public string? Created(string alias) => Range($"{alias}.created_at", CreatedFrom, "@createdFrom", CreatedBefore, "@createdBefore");

    /// <summary>The range of the last visit on the alias; null when none is asked for.</summary>
    public string? Visited(string alias) =>
        Range($"{alias}.last_visit_order", VisitedFrom, "@visitedFrom", VisitedBefore, "@visitedBefore") is { } range
            ? $"{alias}.last_visit_order > '-infinity' and {range}" : null;

    private static string All(string column, string id, string value) =>
        $"({column}, {id}) >= ({value}, @firstId) and ({column}, {id}) <= ({value}, @lastId) order by {column}, {id}";

    private static string? Range(string column, DateTimeOffset? from, string fromName, DateTimeOffset? before, string beforeName) =>
        (from, before) switch
        {
            (null, null) => null,
            (_, null) => $"{column} >= {fromName}",
            (null, _) => $"{column} < {beforeName}",
            _ => $"{column} >= {fromName} and {column} < {beforeName}",
        };
}
