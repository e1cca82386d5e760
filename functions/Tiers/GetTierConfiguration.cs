using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>The business's thresholds; while there are none, that, under version 0.</summary>
public sealed class GetTierConfiguration(BusinessDatabase database)
{
    public async Task<Result<Versioned<TierConfiguration>>> ExecuteAsync(Caller caller, CancellationToken cancellation)
    {
        // From the business, since one that does not exist has no defaults either.
        var rows = await database.QueryAsync<FoundRow>(
            caller.Business, "select id from businesses where id = @business", new { business = caller.Business }, cancellation);
        if (rows.Count == 0)
        {
            return HttpProblems.NotFound;
        }

        var stored = await database.FindAsync<TierConfigurationRow>(
            caller.Business,
            $"select {TierConfigurationRow.Columns} from tier_configurations where business_id = @business",
            new { business = caller.Business }, cancellation);
        return stored?.ToConfiguration() ?? new Versioned<TierConfiguration>(
            new TierConfiguration { Id = null, BusinessId = caller.Business, Thresholds = null, UpdatedBy = null, CreatedAt = null, UpdatedAt = null }, 0);
    }

    private sealed record FoundRow
    {
        public required Guid Id { get; init; }
    }
}
