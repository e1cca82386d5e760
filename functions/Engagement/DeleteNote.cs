using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Deletes a note for good, under the version the client has read.</summary>
public sealed class DeleteNote(BusinessDatabase database)
{
    public Task<Result<Done>> ExecuteAsync(Caller caller, Guid customer, Guid id, IfMatch ifMatch, CancellationToken cancellation) =>
        database.InTransactionAsync(caller.Business, session => DeleteAsync(session, customer, id, ifMatch), cancellation);

    private static async Task<Result<Done>> DeleteAsync(Session session, Guid customer, Guid id, IfMatch ifMatch)
    {
        var note = await NoteLock.TakeAsync(session, customer, id, ifMatch);
        if (note.Failed(out var refused))
        {
            return refused;
        }

        await session.ExecuteAsync(
            "delete from customer_notes where business_id = @business and id = @id", new { business = session.Business, id });
        return new Done();
    }
}
