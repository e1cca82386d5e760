using NxLoy.Functions.Businesses;
using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Tiers;

/// <summary>
/// Replaces the business's thresholds, under the version the owner has read (0 where there are none), and keeps who
/// changed what and why in the same transaction, which also leaves word that everybody is to be evaluated by them.
/// </summary>
public sealed class UpdateTierConfiguration(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<Versioned<TierConfiguration>>> ExecuteAsync(
        Caller caller, IfMatch ifMatch, TierSettings settings, CancellationToken cancellation) =>
        database.InTransactionAsync(caller, session => UpdateAsync(session, caller, ifMatch, settings), cancellation);

    private async Task<Result<Versioned<TierConfiguration>>> UpdateAsync(Session session, Caller caller, IfMatch ifMatch, TierSettings settings)
    {
        // The first configuration has no row to lock, so two owners wait for each other at the business.
        await WantTierRun.LockAsync(session);
        var business = await WritableBusiness.ReadAsync(session);
        if (business.Failed(out var closed))
        {
            return closed;
        }

        var current = await session.FindAsync<TierConfigurationRow>(
            $"select {TierConfigurationRow.Columns} from tier_configurations where business_id = @business", new { business = session.Business });
        if (!ifMatch.Accepts(current?.Version ?? 0))
        {
            return HttpProblems.Stale;
        }

        // Behind the lock, and no clock of another instance that is fast puts a later version before an earlier one.
        var now = current?.UpdatedAt > time.Now() ? current.UpdatedAt : time.Now();
        var written = await WriteAsync(session, current, settings, caller.Subject, now);
        await WantTierRun.ExecuteAsync(session, "configuration", caller.Subject, now);
        return written;
    }

    private static async Task<Versioned<TierConfiguration>> WriteAsync(
        Session session, TierConfigurationRow? current, TierSettings settings, string actor, DateTimeOffset now)
    {
        var written = await session.QueryAsync<TierConfigurationRow>(
            $"""
            with written as (
                insert into tier_configurations (id, business_id, thresholds, updated_by, created_at, updated_at)
                values (@id, @business, @thresholds::jsonb, @actor, @now, @now)
                on conflict (business_id) do update
                set thresholds = excluded.thresholds, updated_by = excluded.updated_by, updated_at = excluded.updated_at,
                    version = tier_configurations.version + 1
                returning id, business_id, thresholds, updated_by, created_at, updated_at, version
            ), audit as (
                insert into tier_config_audits (
                    id, config_id, business_id, configuration_version, previous_thresholds, new_thresholds, changed_by, changed_at, reason)
                select @auditId, id, business_id, version, @previous::jsonb, thresholds, @actor, @now, @reason from written
            )
            select {TierConfigurationRow.Columns} from written
            """,
            new
            {
                id = Guid.CreateVersion7(now),
                business = session.Business,
                thresholds = TierConfigurationRow.Write(settings.Thresholds),
                previous = current?.Thresholds,
                auditId = Guid.CreateVersion7(now),
                actor,
                settings.Reason,
                now,
            });
        return written[0].ToConfiguration();
    }
}
