using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Every change of a customer's tier, by pages, newest first.</summary>
public sealed class ListTierChanges(BusinessDatabase database, Cursors cursors)
{
    private const string List = "tier history";

    public async Task<Result<Page<TierChange>>> ExecuteAsync(Caller caller, Guid customer, PageRequest page, CancellationToken cancellation)
    {
        var cursor = cursors.Open<Position>(caller, List, customer, page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        if ((await VisibleCustomer.FindAsync(database, caller, customer, cancellation)).Failed(out var missing))
        {
            return missing;
        }

        caller.Trail.Touch(customer);
        var rows = await ReadAsync(caller, customer, page, cursor.Value, cancellation);
        return page.Of(rows, row => caller.IsCustomer ? row.ToChange().ForCustomer() : row.ToChange(), row => cursors.Seal(caller, List, customer, new Position(row.ChangedAt, row.Sequence)));
    }

    private Task<IReadOnlyList<TierChangeRow>> ReadAsync(Caller caller, Guid customer, PageRequest page, Position? after, CancellationToken cancellation) =>
        database.QueryAsync<TierChangeRow>(
            caller.Business,
            $"""
            select id, sequence, from_tier as fromtier, to_tier as totier, cause, measures::text as measures,
                configuration_version as configurationversion, actor, reason, changed_at as changedat
            from tier_changes
            where business_id = @business and customer_id = @customer
                {(after is null ? "" : "and (changed_at, sequence) < (@changedAt, @sequence)")}
            order by changed_at desc, sequence desc
            limit @rows
            """,
            new { business = caller.Business, customer, after?.ChangedAt, after?.Sequence, page.Rows },
            cancellation);

    private sealed record Position(DateTimeOffset ChangedAt, long Sequence);
}
