using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Engagement;

/// <summary>A customer's notes by pages: pinned before the others, newest first.</summary>
public sealed class ListNotes(BusinessDatabase database, Cursors cursors)
{
    private const string List = "notes";

    public async Task<Result<Page<Note>>> ExecuteAsync(Caller caller, Guid customer, PageRequest page, CancellationToken cancellation)
    {
        var cursor = cursors.Open<Position>(caller, List, customer, page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        var rows = await ReadAsync(caller, customer, page, cursor.Value, cancellation);
        if (rows.Count == 0 && (await VisibleCustomer.FindAsync(database, caller, customer, cancellation)).Failed(out var missing))
        {
            return missing;
        }

        return page.Of(rows, row => row.ToNote(), row => cursors.Seal(caller, List, customer, new Position(row.IsPinned, row.CreatedAt, row.Id)));
    }

    private Task<IReadOnlyList<NoteRow>> ReadAsync(
        Caller caller, Guid customer, PageRequest page, Position? after, CancellationToken cancellation) =>
        database.QueryAsync<NoteRow>(
            caller.Business,
            $"""
            select n.id, n.customer_id as customerid, n.body, n.author, n.is_pinned as ispinned, n.version,
                n.created_at as createdat, n.updated_at as updatedat
            from customer_notes n
            join customers c on c.id = n.customer_id
            where n.business_id = @business and n.customer_id = @customer and (c.deleted_at is null or @seesDeleted)
                {(after is null ? "" : "and (n.is_pinned, n.created_at, n.id) < (@isPinned, @createdAt, @id)")}
            order by n.is_pinned desc, n.created_at desc, n.id desc
            limit @rows
            """,
            new { business = caller.Business, customer, caller.SeesDeleted, after?.IsPinned, after?.CreatedAt, after?.Id, page.Rows },
            cancellation);

    private sealed record Position(bool IsPinned, DateTimeOffset CreatedAt, Guid Id);
}
