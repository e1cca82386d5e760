using NxLoy.Functions.Http;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Engagement;

/// <summary>The customer that notes and tags hang on.</summary>
internal static class CustomerLock
{
    /// <summary>
    /// Holds a live customer of a writable business until the transaction ends, so that two writers of its notes or
    /// tags go one after the other and nothing is added to a customer that is being deleted.
    /// </summary>
    public static async Task<Result<Done>> TakeAsync(Session session, Guid customer)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var found = await session.QueryAsync<Guid>(
            "select id from customers where business_id = @business and id = @customer and deleted_at is null for no key update",
            new { business = session.Business, customer });
        return found.Count == 1 ? new Done() : HttpProblems.NotFound;
    }
}
