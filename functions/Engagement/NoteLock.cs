using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>The note that a change is about.</summary>
internal static class NoteLock
{
    /// <summary>Holds the note of a live customer as it stands, if the client has read this version of it.</summary>
    public static async Task<Result<NoteRow>> TakeAsync(Session session, Guid customer, Guid id, IfMatch ifMatch)
    {
        var held = await CustomerLock.TakeAsync(session, customer);
        if (held.Failed(out var refused))
        {
            return refused;
        }

        var note = await session.FindAsync<NoteRow>(
            """
            select id, customer_id as customerid, body, author, is_pinned as ispinned, version, created_at as createdat,
                updated_at as updatedat
            from customer_notes
            where business_id = @business and customer_id = @customer and id = @id
            for update
            """,
            new { business = session.Business, customer, id });
        return note is null ? HttpProblems.NotFound
            : ifMatch.Accepts(note.Version) ? note
            : HttpProblems.Stale;
    }
}
