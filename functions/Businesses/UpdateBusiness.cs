using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Businesses;

/// <summary>Replaces the settings of the caller's business, under the version the owner has read.</summary>
public sealed class UpdateBusiness(BusinessDatabase database, TimeProvider time)
{
    public Task<Result<Versioned<BusinessProfile>>> ExecuteAsync(
        Caller caller, IfMatch ifMatch, BusinessSettings settings, CancellationToken cancellation) =>
        database.InTransactionAsync(caller, session => UpdateAsync(session, ifMatch, settings, time.Now()), cancellation);

    private static async Task<Result<Versioned<BusinessProfile>>> UpdateAsync(
        Session session, IfMatch ifMatch, BusinessSettings settings, DateTimeOffset now)
    {
        var current = await session.FindAsync<CurrentRow>(
            "select status, version from businesses where id = @business for no key update", new { business = session.Business });
        if (current is null)
        {
            return HttpProblems.NotFound;
        }

        if (current.Status == "CLOSED")
        {
            return BusinessProblems.Closed;
        }

        if (!ifMatch.Accepts(current.Version))
        {
            return HttpProblems.Stale;
        }

        await session.ExecuteAsync(
            """
            update businesses
            set consent_mode = @consentMode, default_margin = @defaultMargin, acquisition_cost = @acquisitionCost,
                grace_months = @graceMonths, privacy_contact = @privacyContact, processing_purposes = @purposes,
                retention_months = @retentionMonths, version = version + 1, updated_at = @now
            where id = @business
            """,
            new
            {
                business = session.Business,
                settings.ConsentMode,
                settings.DefaultMargin,
                settings.AcquisitionCost,
                settings.GraceMonths,
                settings.PrivacyContact,
                purposes = settings.ProcessingPurposes.ToArray(),
                settings.RetentionMonths,
                now,
            });
        return await GetBusiness.ExecuteAsync(session);
    }

    private sealed record CurrentRow
    {
        public required string Status { get; init; }
        public required long Version { get; init; }
    }
}
