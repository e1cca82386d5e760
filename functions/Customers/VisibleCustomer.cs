using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>Whether a customer is there for the caller at all: what a list about one asks when it has nothing to show.</summary>
public static class VisibleCustomer
{
    public static async Task<Result<Done>> FindAsync(BusinessDatabase database, Caller caller, Guid customer, CancellationToken cancellation)
    {
        var found = !caller.Sees(customer) ? [] : await database.QueryAsync<Guid>(
            caller.Business,
            "select id from customers where business_id = @business and id = @customer and (deleted_at is null or @seesDeleted)",
            new { business = caller.Business, customer, caller.SeesDeleted },
            cancellation);
        return found.Count == 1 ? new Done() : HttpProblems.NotFound;
    }
}
