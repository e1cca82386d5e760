using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Whether a customer is there for the caller at all. Customers has the same, and asks this slice, so this one cannot ask it.</summary>
internal static class VisibleCustomer
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
