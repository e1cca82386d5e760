using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Who a person is in the businesses that the token names. Each business is asked as itself, so row-level security
/// stands between them here too; a person with ties elsewhere only does not exist for this caller.
/// </summary>
public sealed class GetPerson(BusinessDatabase database)
{
    public Task<Result<Person>> ExecuteAsync(Caller caller, Guid person, CancellationToken cancellation) =>
        database.InTransactionAsync(caller.Business, session => ExecuteAsync(session, caller, person), cancellation);

    internal static async Task<Result<Person>> ExecuteAsync(Session session, Caller caller, Guid person)
    {
        var customers = new List<PersonCustomer>();
        foreach (var business in caller.Businesses.Order())
        {
            var found = await session.As(business).QueryAsync<Guid>(
                "select id from customers where business_id = @business and person_id = @person", new { business, person });
            customers.AddRange(found.Select(customer => new PersonCustomer(business, customer)));
        }

        return customers.Count == 0 ? HttpProblems.NotFound : new Person { Id = person, Customers = customers };
    }
}
