using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Erasure;

/// <summary>Which erasures are asked for.</summary>
/// <param name="Status">Only those that stand so; null takes all.</param>
/// <param name="CustomerId">Only those of one customer.</param>
public sealed record ErasureFilter(ErasureStatus? Status, Guid? CustomerId, PageRequest Page)
{
    public static Result<ErasureFilter> From(Fields fields)
    {
        var (status, customer, page) = (fields.Choice<ErasureStatus>("status"), fields.Id("customerId"), PageRequest.Read(fields));
        return fields.Finish(() => new ErasureFilter(status, customer, page));
    }
}

/// <summary>The business's erasures that the caller may see, newest first.</summary>
public sealed class ListErasures(BusinessDatabase database, Cursors cursors, TimeProvider time)
{
    private const string List = "erasures";

    public async Task<Result<Page<ErasureRequest>>> ExecuteAsync(Caller caller, ErasureFilter filter, CancellationToken cancellation)
    {
        var query = new { filter.Status, filter.CustomerId };
        var cursor = cursors.Open<Position>(caller, List, query, filter.Page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        if (filter.CustomerId is { } asked && !await IsKnownAsync(caller, asked, cancellation))
        {
            return Problem.Invalid(new Fault("customerId", "unknown_customer", "This business has no such customer."));
        }

        var after = cursor.Value;
        var rows = await database.QueryAsync<ErasureRow>(
            caller.Business,
            $"""
            select {ErasureRow.Columns}
            from erasure_requests e
            where e.business_id = @business
                {(caller.Is(Role.Compliance) ? "" : "and (@isOwner and e.requested_by = @subject or @isCustomer and e.customer_id::text = @subject)")}
                {(filter.Status is null ? "" : "and e.status = @status")}
                {(filter.CustomerId is null ? "" : "and e.customer_id = @customerId")}
                {(after is null ? "" : "and (e.requested_at, e.id) < (@requestedAt, @id)")}
            order by e.requested_at desc, e.id desc
            limit @rows
            """,
            new
            {
                business = caller.Business,
                isOwner = caller.Is(Role.Owner),
                isCustomer = caller.Is(Role.Customer),
                caller.Subject,
                status = filter.Status?.ToString(),
                filter.CustomerId,
                after?.RequestedAt,
                after?.Id,
                filter.Page.Rows,
                now = time.Now(),
            },
            cancellation);
        return filter.Page.Of(rows, row => row.ToRequest(caller), row => cursors.Seal(caller, List, query, new Position(row.RequestedAt, row.Id)));
    }

    private async Task<bool> IsKnownAsync(Caller caller, Guid customer, CancellationToken cancellation) =>
        caller.Sees(customer) && (await database.QueryAsync<Guid>(
            caller.Business, "select id from customers where business_id = @business and id = @customer", new { business = caller.Business, customer }, cancellation)).Count > 0;

    private sealed record Position(DateTimeOffset RequestedAt, Guid Id);
}
