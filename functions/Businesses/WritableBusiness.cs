using NxLoy.Functions.Http;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Businesses;

/// <summary>What a change of something in a business needs to know of it: a closed business can only be read.</summary>
public sealed record WritableBusiness
{
    /// <summary>ISO 3166 alpha-2: how a phone without a country code is read.</summary>
    public required string DefaultRegion { get; init; }

    /// <summary>IANA zone whose local days this business counts in.</summary>
    public required string TimeZone { get; init; }

    /// <summary>ISO 4217: the only currency this business's money is in.</summary>
    public required string Currency { get; init; }

    public required string Status { get; init; }

    /// <summary>The session's business; the problem not_found when there is none, business_closed when it is closed.</summary>
    public static async Task<Result<WritableBusiness>> ReadAsync(Session session) =>
        await session.FindAsync<WritableBusiness>(
            """
            select status, default_region as defaultregion, time_zone as timezone, currency
            from businesses
            where id = @business
            """,
            new { business = session.Business }) switch
        {
            null => HttpProblems.NotFound,
            { Status: "CLOSED" } => BusinessProblems.Closed,
            var business => business,
        };
}
