using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>What a change of customers needs to know of its business.</summary>
internal sealed record WritableBusiness
{
    public required string Status { get; init; }
    public required string DefaultRegion { get; init; }
    public required string TimeZone { get; init; }

    /// <summary>The session's business, unless it does not exist or is closed: then it can only be read.</summary>
    public static async Task<Result<WritableBusiness>> ReadAsync(Session session) =>
        await session.FindAsync<WritableBusiness>(
            "select status, default_region as defaultregion, time_zone as timezone from businesses where id = @business",
            new { business = session.Business }) switch
        {
            null => CustomerProblems.NotFound,
            { Status: "CLOSED" } => CustomerProblems.BusinessClosed,
            var business => business,
        };

    /// <summary>What is wrong with the fields at this business: a phone or a birthday that cannot be.</summary>
    public IEnumerable<Fault> Faults(CustomerFields fields, DateTimeOffset now)
    {
        if (fields.Phone is not null && CustomerRules.E164(fields.Phone, DefaultRegion) is null)
        {
            yield return new Fault("/phone", "invalid_phone", "No such phone number can exist; write it with + and the country code.");
        }

        if (fields.DateOfBirth > BusinessCalendar.Today(now, TimeZone))
        {
            yield return new Fault("/dateOfBirth", "in_the_future", "This date has not come yet.");
        }
    }

    /// <summary>The fields as they are kept: the phone in E.164.</summary>
    public CustomerFields Normalize(CustomerFields fields) =>
        fields.Phone is null ? fields : fields with { Phone = CustomerRules.E164(fields.Phone, DefaultRegion) };
}
