using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>One dead letter with what it said.</summary>
public sealed class GetDeadLetter(BusinessDatabase database)
{
    public async Task<Result<DeadLetter>> ExecuteAsync(Caller caller, Guid id, CancellationToken cancellation) =>
        await database.FindAsync<DeadLetter>(
            caller.Business,
            $"select {DeadLetter.Columns}, l.body from dead_letters l where l.business_id = @business and l.id = @id",
            new { business = caller.Business, id },
            cancellation) is { } letter ? letter : HttpProblems.NotFound;

    /// <summary>The same to be changed in the transaction, unless it is over or the business is closed.</summary>
    internal static async Task<Result<DeadLetter>> LockAsync(Session session, Guid id)
    {
        var letter = await session.FindAsync<DeadLetter>(
            $"select {DeadLetter.Columns}, l.body from dead_letters l where l.business_id = @business and l.id = @id for update of l",
            new { business = session.Business, id });
        if (letter is null)
        {
            return HttpProblems.NotFound;
        }

        if (letter.State == DeadLetterState.SETTLED)
        {
            return DeadLetterProblems.Settled;
        }

        return (await WritableBusiness.ReadAsync(session)).Failed(out var closed) && closed == BusinessProblems.Closed ? closed : letter;
    }
}
