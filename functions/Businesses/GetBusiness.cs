using NxLoy.Functions.Database;
using NxLoy.Functions.Http;

namespace NxLoy.Functions.Businesses;

/// <summary>The caller's business with its settings.</summary>
public sealed class GetBusiness(BusinessDatabase database)
{
    public async Task<Result<Versioned<BusinessProfile>>> ExecuteAsync(Caller caller, CancellationToken cancellation) =>
        Answer(await database.QueryAsync<BusinessRow>(caller.Business, Sql, new { business = caller.Business }, cancellation));

    /// <summary>The same within the transaction of a change.</summary>
    internal static async Task<Result<Versioned<BusinessProfile>>> ExecuteAsync(Session session) =>
        Answer(await session.QueryAsync<BusinessRow>(Sql, new { business = session.Business }));

    private const string Sql =
        """
        select id, name, status, time_zone as timezone, currency, default_region as defaultregion,
            consent_mode as consentmode, default_margin as defaultmargin, acquisition_cost as acquisitioncost,
            grace_months as gracemonths, privacy_contact as privacycontact, processing_purposes as processingpurposes,
            retention_months as retentionmonths, version
        from businesses
        where id = @business
        """;

    private static Result<Versioned<BusinessProfile>> Answer(IReadOnlyList<BusinessRow> rows) =>
        rows is [var row] ? new Versioned<BusinessProfile>(row.ToProfile(), row.Version) : HttpProblems.NotFound;

    private sealed record BusinessRow
    {
        public required Guid Id { get; init; }
        public required string Name { get; init; }
        public required string Status { get; init; }
        public required string TimeZone { get; init; }
        public required string Currency { get; init; }
        public required string DefaultRegion { get; init; }
        public required string ConsentMode { get; init; }
        public required decimal DefaultMargin { get; init; }
        public required decimal AcquisitionCost { get; init; }
        public required int GraceMonths { get; init; }
        public required string? PrivacyContact { get; init; }
        public required string[] ProcessingPurposes { get; init; }
        public required int? RetentionMonths { get; init; }
        public required long Version { get; init; }

        public BusinessProfile ToProfile() => new()
        {
            Id = Id,
            Name = Name,
            Status = Status,
            TimeZone = TimeZone,
            Currency = Currency,
            DefaultRegion = DefaultRegion,
            ConsentMode = ConsentMode,
            DefaultMargin = DefaultMargin,
            AcquisitionCost = AcquisitionCost,
            GraceMonths = GraceMonths,
            PrivacyContact = PrivacyContact,
            ProcessingPurposes = ProcessingPurposes,
            RetentionMonths = RetentionMonths,
        };
    }
}
