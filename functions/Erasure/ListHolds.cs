using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>A customer's legal holds, those that ended among them, by pages, newest first.</summary>
public sealed class ListHolds(BusinessDatabase database, Cursors cursors, TimeProvider time)
{
    private const string List = "holds";

    public async Task<Result<Page<LegalHold>>> ExecuteAsync(Caller caller, Guid customer, PageRequest page, CancellationToken cancellation)
    {
        var cursor = cursors.Open<Position>(caller, List, customer, page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        var after = cursor.Value;
        var known = await database.QueryAsync<Guid>(
            caller.Business, "select id from customers where business_id = @business and id = @customer", new { business = caller.Business, customer }, cancellation);
        if (known.Count == 0)
        {
            return HttpProblems.NotFound;
        }

        var rows = await database.QueryAsync<HoldRow>(
            caller.Business,
            $"""
            select {HoldRow.Columns}
            from legal_holds h
            where h.business_id = @business and h.customer_id = @customer
                {(after is null ? "" : "and (h.placed_at, h.id) < (@placedAt, @id)")}
            order by h.placed_at desc, h.id desc
            limit @rows
            """,
            new { business = caller.Business, customer, after?.PlacedAt, after?.Id, page.Rows, now = time.Now() },
            cancellation);
        return page.Of(rows, row => row.ToHold(), row => cursors.Seal(caller, List, customer, new Position(row.PlacedAt, row.Id)));
    }

    private sealed record Position(DateTimeOffset PlacedAt, Guid Id);
}
