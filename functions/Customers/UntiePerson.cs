using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>Takes a customer's tie to a person away; the person goes with its last tie.</summary>
public sealed class UntiePerson(BusinessDatabase database)
{
    public Task<Result<Done>> ExecuteAsync(Caller caller, Guid customer, CancellationToken cancellation) =>
        database.InTransactionAsync(caller, session => UntieAsync(session, customer), cancellation);

    private static async Task<Result<Done>> UntieAsync(Session session, Guid customer)
    {
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var tie = await session.FindAsync<Tie>(
            "select person_id as personid from customers where business_id = @business and id = @customer for no key update",
            new { business = session.Business, customer });
        if (tie is null)
        {
            return HttpProblems.NotFound;
        }

        if (tie.PersonId is { } person)
        {
            await session.ExecuteAsync(
                "update customers set person_id = null where business_id = @business and id = @customer",
                new { business = session.Business, customer });
            await session.ExecuteAsync("select 1 from forget_person_without_customers(@person)", new { person });
        }

        return new Done();
    }

    private sealed record Tie
    {
        public required Guid? PersonId { get; init; }
    }
}
