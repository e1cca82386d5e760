using NxLoy.Functions.Customers;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Exports;

/// <summary>The exports asked for in a business, by pages, newest first; a customer is shown its own.</summary>
public sealed class ListExports(BusinessDatabase database, Cursors cursors)
{
    private const string List = "exports";

    public async Task<Result<Page<Export>>> ExecuteAsync(Caller caller, ExportQuery query, CancellationToken cancellation)
    {
        var cursor = cursors.Open<Position>(caller, List, query.Asked, query.Page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        if (query.CustomerId is { } asked && (await VisibleCustomer.FindAsync(database, caller, asked, cancellation)).Problem is not null)
        {
            return Problem.Invalid(new Fault("customerId", "unknown_customer", "This business has no such customer."));
        }

        var rows = await ReadAsync(caller, query, cursor.Value, cancellation);
        return query.Page.Of(rows, row => row.ToExport(caller, []), row => cursors.Seal(caller, List, query.Asked, new Position(row.CreatedAt, row.Id)));
    }

    private Task<IReadOnlyList<ExportRow>> ReadAsync(Caller caller, ExportQuery query, Position? after, CancellationToken cancellation) =>
        database.QueryAsync<ExportRow>(
            caller.Business,
            $"""
            select {ExportRow.Columns} {ExportRow.From}
            where e.asked_in = @business and (c.deleted_at is null or @seesDeleted)
                and (e.business_id is not null or @seesPeople and e.business_ids <@ @businesses)
                {(query.Status is null ? "" : "and e.status = @status")}
                {(query.ExportType is null ? "" : "and e.export_type = @exportType")}
                {(query.Approval is null ? "" : "and e.approval = @approval")}
                {(query.CustomerId is null ? "" : "and e.customer_id = @customerId")}
                {(caller.Roles == Role.Customer ? "and e.customer_id = @own and e.business_id is not null" : "")}
                {(after is null ? "" : "and (e.created_at, e.id) < (@createdAt, @id)")}
            order by e.created_at desc, e.id desc
            limit @rows
            """,
            new
            {
                business = caller.Business,
                caller.SeesDeleted,
                seesPeople = caller.Is(Role.Compliance),
                businesses = caller.Businesses.ToArray(),
                status = query.Status?.ToString(),
                exportType = query.ExportType?.ToString(),
                approval = query.Approval?.ToString(),
                query.CustomerId,
                own = Guid.TryParse(caller.Subject, out var own) ? own : Guid.Empty,
                after?.CreatedAt,
                after?.Id,
                query.Page.Rows,
            },
            cancellation);

    private sealed record Position(DateTimeOffset CreatedAt, Guid Id);
}

/// <summary>Which exports a list shows; what is null restricts nothing.</summary>
public sealed record ExportQuery
{
    public ExportStatus? Status { get; init; }

    public ExportType? ExportType { get; init; }

    /// <summary>WAITING: what somebody has to decide on.</summary>
    public ExportApproval? Approval { get; init; }

    public Guid? CustomerId { get; init; }

    public required PageRequest Page { get; init; }

    /// <summary>What decides which items there are.</summary>
    internal object Asked => new { Status, ExportType, Approval, CustomerId };

    public static Result<ExportQuery> From(Fields fields)
    {
        var read = new ExportQuery
        {
            Status = fields.Choice<ExportStatus>("status"),
            ExportType = fields.Choice<ExportType>("exportType"),
            Approval = fields.Choice<ExportApproval>("approval"),
            CustomerId = fields.Id("customerId"),
            Page = PageRequest.Read(fields),
        };
        return fields.Finish(() => read);
    }
}
