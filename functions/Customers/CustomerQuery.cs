using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>What GET /customers takes as parameters and POST /customers/search as a body.</summary>
/// <param name="Sort">The order; null with a search, whose hits come best first.</param>
public sealed record CustomerQuery(CustomerFilter Filter, CustomerSort? Sort, PageRequest Page)
{
    /// <summary>What a cursor is bound to: everything but the page.</summary>
    public object Asked => new { Filter, Sort };

    public static Result<CustomerQuery> From(Fields fields)
    {
        var filter = CustomerFilter.Read(fields);
        var sort = CustomerSort.Read(fields);
        var page = PageRequest.Read(fields);
        if (filter.Search is not null && sort is not null)
        {
            fields.Fault("sort", "not_with_search", "Hits of a search come best first; leave sort or search out.");
        }

        return fields.Finish(() => new CustomerQuery(filter, filter.Search is null ? sort ?? CustomerSort.Default : null, page));
    }
}
