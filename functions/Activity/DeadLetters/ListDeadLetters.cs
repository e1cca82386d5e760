using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Activity;

/// <summary>Which dead letters are asked for; null takes all.</summary>
/// <param name="Code">Only those without effect for this reason.</param>
/// <param name="Type">Only events of this type.</param>
public sealed record DeadLetterFilter(DeadLetterState? State, string? Code, string? Type, PageRequest Page)
{
    public static Result<DeadLetterFilter> From(Fields fields)
    {
        var (state, code, type, page) = (
            fields.Choice<DeadLetterState>("state"), fields.Text("code", TransactionRules.IdLength), fields.Text("type", TransactionRules.IdLength), PageRequest.Read(fields));
        return fields.Finish(() => new DeadLetterFilter(state, code, type, page));
    }
}

/// <summary>The business's dead letters, newest first.</summary>
public sealed class ListDeadLetters(BusinessDatabase database, Cursors cursors)
{
    private const string List = "dead-letters";

    public async Task<Result<Page<DeadLetter>>> ExecuteAsync(Caller caller, DeadLetterFilter filter, CancellationToken cancellation)
    {
        var query = new { filter.State, filter.Code, filter.Type };
        var cursor = cursors.Open<Position>(caller, List, query, filter.Page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        var after = cursor.Value;
        var rows = await database.QueryAsync<DeadLetter>(
            caller.Business,
            $"""
            select {DeadLetter.Columns}, null as body
            from dead_letters l
            where l.business_id = @business
                {(filter.State is null ? "" : "and l.state = @state")}
                {(filter.Code is null ? "" : "and l.code = @code")}
                {(filter.Type is null ? "" : "and l.event_type = @type")}
                {(after is null ? "" : "and (l.arrived_at, l.id) < (@arrivedAt, @id)")}
            order by l.arrived_at desc, l.id desc
            limit @rows
            """,
            new { business = caller.Business, state = filter.State?.ToString(), filter.Code, filter.Type, after?.ArrivedAt, after?.Id, filter.Page.Rows },
            cancellation);
        return filter.Page.Of(rows, row => row, row => cursors.Seal(caller, List, query, new Position(row.ArrivedAt, row.Id)));
    }

    private sealed record Position(DateTimeOffset ArrivedAt, Guid Id);
}
