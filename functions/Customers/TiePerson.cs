using Npgsql;
using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Customers;

/// <summary>
/// Says that two customers of two businesses are one person. Only a caller whose token names both may, and nothing ties
/// them by itself: equal emails do not.
/// </summary>
public sealed class TiePerson(BusinessDatabase database, TimeProvider time)
{
    public async Task<Result<Person>> ExecuteAsync(Caller caller, Guid customer, SamePersonAs other, CancellationToken cancellation)
    {
        try
        {
            return await database.InTransactionAsync(caller, session => TieAsync(session, caller, customer, other), cancellation);
        }
        catch (PostgresException taken) when (taken.ConstraintName == "customers_person_key")
        {
            return CustomerProblems.PersonIsCustomerAlready;
        }
    }

    private async Task<Result<Person>> TieAsync(Session session, Caller caller, Guid customer, SamePersonAs other)
    {
        var (mine, theirs) = (new PersonCustomer(caller.Business, customer), new PersonCustomer(other.BusinessId, other.CustomerId));
        var tied = await LockAsync(session, caller, mine, theirs);
        if (tied.Failed(out var refused))
        {
            return refused;
        }

        var (person, otherPerson) = tied.Value;
        if (person is not null && otherPerson is not null && person != otherPerson)
        {
            return CustomerProblems.DifferentPeople;
        }

        var one = person ?? otherPerson ?? await NewPersonAsync(session, time.Now());
        foreach (var row in new[] { mine, theirs })
        {
            await session.As(row.BusinessId).ExecuteAsync(
                """
                update customers set person_id = @one
                where business_id = @business and id = @id and person_id is distinct from @one
                """,
                new { business = row.BusinessId, id = row.CustomerId, one });
        }

        return await GetPerson.ExecuteAsync(session, caller, one);
    }

    // In the order of their ids, so that two callers who tie the same two rows crosswise cannot block each other.
    private static async Task<Result<(Guid? Mine, Guid? Theirs)>> LockAsync(
        Session session, Caller caller, PersonCustomer mine, PersonCustomer theirs)
    {
        var ties = new Dictionary<PersonCustomer, Guid?>();
        foreach (var row in new[] { mine, theirs }.Where(row => caller.Businesses.Contains(row.BusinessId)).OrderBy(row => row.CustomerId))
        {
            if (await LockAsync(session.As(row.BusinessId), row.CustomerId) is [var tie])
            {
                ties[row] = tie.PersonId;
            }
        }

        if (!ties.TryGetValue(mine, out var person))
        {
            return HttpProblems.NotFound;
        }

        if (!ties.TryGetValue(theirs, out var otherPerson))
        {
            return CustomerProblems.OtherIsUnknown;
        }

        if (mine.BusinessId == theirs.BusinessId)
        {
            return CustomerProblems.SameBusiness;
        }

        foreach (var business in new[] { mine.BusinessId, theirs.BusinessId })
        {
            if ((await WritableBusiness.ReadAsync(session.As(business))).Failed(out var closed))
            {
                return closed;
            }
        }

        return (person, otherPerson);
    }

    private static Task<IReadOnlyList<Tie>> LockAsync(Session session, Guid customer) => session.QueryAsync<Tie>(
        // Nobody is left of an erased one to be tied.
        "select person_id as personid from customers where business_id = @business and id = @customer and erased_at is null for no key update",
        new { business = session.Business, customer });

    private static async Task<Guid> NewPersonAsync(Session session, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        await session.ExecuteAsync("insert into people (id, created_at) values (@id, @now)", new { id, now });
        return id;
    }

    private sealed record Tie
    {
        public required Guid? PersonId { get; init; }
    }
}
