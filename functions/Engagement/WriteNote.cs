using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>Writes a note about a customer, in the caller's name.</summary>
public sealed class WriteNote(BusinessDatabase database, IdempotencyKeys idempotency, TimeProvider time)
{
    public Task<Result<Versioned<Note>>> ExecuteAsync(Caller caller, Guid customer, Post<NoteFields> post, CancellationToken cancellation) =>
        database.InTransactionAsync(caller, session => WriteAsync(session, caller, customer, post, time.Now()), cancellation);

    private async Task<Result<Versioned<Note>>> WriteAsync(
        Session session, Caller caller, Guid customer, Post<NoteFields> post, DateTimeOffset now)
    {
        var held = await CustomerLock.TakeAsync(session, customer);
        if (held.Failed(out var refused))
        {
            return refused;
        }

        var id = Guid.CreateVersion7(now);
        var earlier = await idempotency.ClaimAsync(session, caller.Subject, post.Key, id, status: 201);
        return earlier.Failed(out var reused) ? reused
            : earlier.Value is { } made ? await ReadAgainAsync(session, customer, made)
            : await InsertAsync(session, caller, customer, id, post.Body, now);
    }

    private static async Task<Result<Versioned<Note>>> InsertAsync(
        Session session, Caller caller, Guid customer, Guid id, NoteFields note, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            """
            insert into customer_notes (id, business_id, customer_id, body, author, is_pinned, created_at, updated_at)
            values (@id, @business, @customer, @body, @author, @isPinned, @now, @now)
            """,
            new { id, business = session.Business, customer, body = note.Body, author = caller.Subject, note.IsPinned, now });
        return new Versioned<Note>(
            new Note
            {
                Id = id,
                CustomerId = customer,
                Body = note.Body,
                Author = caller.Subject,
                IsPinned = note.IsPinned,
                CreatedAt = now,
                UpdatedAt = now,
            },
            Version: 1);
    }

    private static async Task<Result<Versioned<Note>>> ReadAgainAsync(Session session, Guid customer, Guid id) =>
        await session.FindAsync<NoteRow>(
            """
            select id, customer_id as customerid, body, author, is_pinned as ispinned, version, created_at as createdat,
                updated_at as updatedat
            from customer_notes
            where business_id = @business and customer_id = @customer and id = @id
            """,
            new { business = session.Business, customer, id }) is { } row
            ? new Versioned<Note>(row.ToNote(), row.Version)
            : HttpProblems.NotFound;
}
