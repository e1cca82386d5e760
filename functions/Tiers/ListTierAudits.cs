using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>Every change of the business's thresholds, by pages, newest first.</summary>
public sealed class ListTierAudits(BusinessDatabase database, Cursors cursors)
{
    private const string List = "tier audits";

    public async Task<Result<Page<TierAudit>>> ExecuteAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        var cursor = cursors.Open<Position>(caller, List, "", page);
        if (cursor.Failed(out var invalid))
        {
            return invalid;
        }

        var rows = await ReadAsync(caller, page, cursor.Value, cancellation);
        return rows.Count == 0 && await database.FindAsync<FoundRow>(
                caller.Business, "select id from businesses where id = @business", new { business = caller.Business }, cancellation) is null
            ? HttpProblems.NotFound
            : page.Of(rows, row => row.ToAudit(), row => cursors.Seal(caller, List, "", new Position(row.ConfigurationVersion)));
    }

    private Task<IReadOnlyList<AuditRow>> ReadAsync(Caller caller, PageRequest page, Position? after, CancellationToken cancellation) =>
        database.QueryAsync<AuditRow>(
            caller.Business,
            $"""
            select id, configuration_version as configurationversion, changed_by as changedby, changed_at as changedat, reason,
                previous_thresholds::text as previousthresholds, new_thresholds::text as newthresholds
            from tier_config_audits
            where business_id = @business
                {(after is null ? "" : "and configuration_version < @version")}
            order by configuration_version desc
            limit @rows
            """,
            new { business = caller.Business, version = after?.Version, page.Rows },
            cancellation);

    private sealed record Position(long Version);

    private sealed record FoundRow
    {
        public required Guid Id { get; init; }
    }

    private sealed record AuditRow
    {
        public required Guid Id { get; init; }
        public required long ConfigurationVersion { get; init; }
        public required string ChangedBy { get; init; }
        public required DateTimeOffset ChangedAt { get; init; }
        public required string? Reason { get; init; }
        public required string? PreviousThresholds { get; init; }
        public required string NewThresholds { get; init; }

        public TierAudit ToAudit()
        {
            var before = PreviousThresholds is null ? null : TierConfigurationRow.Read(PreviousThresholds);
            var after = TierConfigurationRow.Read(NewThresholds);
            return new TierAudit
            {
                Id = Id,
                ConfigurationVersion = ConfigurationVersion,
                ChangedBy = ChangedBy,
                ChangedAt = ChangedAt,
                Reason = Reason,
                PreviousThresholds = before,
                NewThresholds = after,
                Changes = TierRules.Changes(before, after),
            };
        }
    }
}
