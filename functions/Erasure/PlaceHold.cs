using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Places a legal hold on a customer, deleted or not, as long as there is anything to keep.</summary>
public sealed class PlaceHold(BusinessDatabase database, IdempotencyKeys idempotency, TimeProvider time)
{
    public Task<Result<LegalHold>> ExecuteAsync(Caller caller, Guid customer, Post<NewHold> post, CancellationToken cancellation) =>
        database.InTransactionAsync(caller, session => PlaceAsync(session, caller, customer, post, time.Now()), cancellation);

    private async Task<Result<LegalHold>> PlaceAsync(Session session, Caller caller, Guid customer, Post<NewHold> post, DateTimeOffset now)
    {
        // The erasing transaction takes this lock too: a hold comes before it or is refused, and is never overlooked.
        var state = await session.FindAsync<StateRow>(
            "select erased_at is not null as iserased from customers where business_id = @business and id = @customer for no key update",
            new { business = session.Business, customer });
        if (state is null || state.IsErased)
        {
            return state is null ? HttpProblems.NotFound : CustomerProblems.Erased;
        }

        var id = Guid.CreateVersion7(now);
        var earlier = await idempotency.ClaimAsync(session, caller.Subject, post.Key, id, status: 201);
        if (earlier.Failed(out var reused))
        {
            return reused;
        }

        if (earlier.Value is null)
        {
            if (post.Body.Until <= now)
            {
                return Problem.Invalid(ErasureProblems.UntilHasPassed);
            }

            await session.ExecuteAsync(
                """
                insert into legal_holds (id, business_id, customer_id, ground, until, placed_by, placed_at)
                values (@id, @business, @customer, @ground, @until, @by, @now)
                """,
                new { id, business = session.Business, customer, post.Body.Ground, post.Body.Until, by = caller.Subject, now });
        }

        return (await session.FindAsync<HoldRow>(
            $"select {HoldRow.Columns} from legal_holds h where h.business_id = @business and h.customer_id = @customer and h.id = @id",
            new { business = session.Business, customer, id = earlier.Value ?? id, now })) is { } row ? row.ToHold() : HttpProblems.NotFound;
    }

    private sealed record StateRow
    {
        public required bool IsErased { get; init; }
    }
}
