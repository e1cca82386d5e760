using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>The business's thresholds; while there are none, that, under version 0.</summary>
public sealed class GetTierConfiguration(BusinessDatabase database, ThresholdCache thresholds)
{
    public async Task<Result<Versioned<TierConfiguration>>> ExecuteAsync(Caller caller, CancellationToken cancellation)
    {
        // From the business, since one that does not exist has no defaults either.
        var stored = await database.FindAsync<Row>(
            caller.Business,
            """
            select k.id, k.updated_by as updatedby, k.created_at as createdat, k.updated_at as updatedat, coalesce(k.version, 0) as version
            from businesses b
            left join tier_configurations k on k.business_id = b.id
            where b.id = @business
            """,
            new { business = caller.Business }, cancellation);
        if (stored is null)
        {
            return HttpProblems.NotFound;
        }

        var configuration = new TierConfiguration
        {
            Id = stored.Id,
            BusinessId = caller.Business,
            Thresholds = stored.UpdatedAt is not { } since ? null
                : await thresholds.GetAsync(new ThresholdVersion(caller.Business, stored.Version, since), session: null, cancellation),
            UpdatedBy = stored.UpdatedBy,
            CreatedAt = stored.CreatedAt,
            UpdatedAt = stored.UpdatedAt,
        };
        return new Versioned<TierConfiguration>(configuration, stored.Version);
    }

    private sealed record Row
    {
        public required Guid? Id { get; init; }
        public required string? UpdatedBy { get; init; }
        public required DateTimeOffset? CreatedAt { get; init; }
        public required DateTimeOffset? UpdatedAt { get; init; }
        public required long Version { get; init; }
    }
}
