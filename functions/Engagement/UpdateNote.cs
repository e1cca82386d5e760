using System.Text.Json;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Changes a note's text or pin, under the version the client has read. The author stays who wrote it first.</summary>
public sealed class UpdateNote(BusinessDatabase database, TimeProvider time)
{
    /// <param name="patch">A JSON merge patch of <see cref="NoteFields"/>.</param>
    public Task<Result<Versioned<Note>>> ExecuteAsync(
        Caller caller, Guid customer, Guid id, IfMatch ifMatch, JsonElement patch, CancellationToken cancellation) =>
        database.InTransactionAsync(caller.Business, session => UpdateAsync(session, customer, id, ifMatch, patch), cancellation);

    private async Task<Result<Versioned<Note>>> UpdateAsync(Session session, Guid customer, Guid id, IfMatch ifMatch, JsonElement patch)
    {
        var current = await NoteLock.TakeAsync(session, customer, id, ifMatch);
        if (current.Failed(out var refused))
        {
            return refused;
        }

        var changed = MergePatch.Apply(new NoteFields(current.Value.Body, current.Value.IsPinned), patch, NoteFields.From);
        return changed.Failed(out var invalid) ? invalid : await WriteAsync(session, id, changed.Value, time.Now());
    }

    private static async Task<Result<Versioned<Note>>> WriteAsync(Session session, Guid id, NoteFields note, DateTimeOffset now)
    {
        var rows = await session.QueryAsync<NoteRow>(
            """
            update customer_notes
            set body = @body, is_pinned = @isPinned, version = version + 1, updated_at = @now
            where business_id = @business and id = @id
            returning id, customer_id as customerid, body, author, is_pinned as ispinned, version, created_at as createdat,
                updated_at as updatedat
            """,
            new { business = session.Business, id, body = note.Body, note.IsPinned, now });
        return new Versioned<Note>(rows[0].ToNote(), rows[0].Version);
    }
}
