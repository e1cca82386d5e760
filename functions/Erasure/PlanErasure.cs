using System.Globalization;
using NxLoy.Functions.Database;
using NxLoy.Functions.Observability;

namespace NxLoy.Functions.Erasure;

/// <summary>What is next for an erasure; raises the alerts that are due.</summary>
public sealed class PlanErasure(BusinessDatabase database, Alerts alerts, TimeProvider time)
{
    public async Task<ErasurePlan> ExecuteAsync(ErasureKey erasure, CancellationToken cancellation)
    {
        var planned = await database.InTransactionAsync<ErasurePlan>(
            erasure.BusinessId,
            async session =>
            {
                var now = time.Now();
                if (await ErasureRow.LockAsync(session, erasure.Id, now) is not { } row)
                {
                    return new ErasurePlan(ErasureAct.End);
                }

                var plan = ErasureRules.Next(row.State, now);
                if (plan.AlertDays is { } days)
                {
                    Alert(erasure, row, days);
                    await session.ExecuteAsync(
                        "update erasure_requests set alerted_days = @days where business_id = @business and id = @id",
                        new { business = session.Business, erasure.Id, days });
                }

                return plan;
            },
            cancellation);
        return planned.Value;
    }

    /// <summary>It failed in spite of every retry.</summary>
    public void AlertFailed(ErasureKey erasure) =>
        alerts.Raise("erasure_failed", erasure.BusinessId, erasure.Id, "A step failed in spite of every retry; the log of its activities says why. The daily sweep begins again.");

    // Before the commit: rather an alert twice than none.
    private void Alert(ErasureKey erasure, ErasureRow row, int days)
    {
        var detail = string.Create(CultureInfo.InvariantCulture, $"Nobody has approved or rejected it. It is due at {row.DueAt.UtcDateTime:u}.");
        if (days > 0)
        {
            alerts.Raise("erasure_unapproved", erasure.BusinessId, erasure.Id, detail);
        }
        else
        {
            alerts.Raise("erasure_overdue", erasure.BusinessId, erasure.Id, detail);
        }
    }
}
