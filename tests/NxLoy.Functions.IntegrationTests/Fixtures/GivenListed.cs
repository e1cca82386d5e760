using System.Globalization;

namespace NxLoy.Functions.IntegrationTests.Fixtures;

public static class GivenListed
{
    private static int counter;

    /// <summary>A customer with figures and dates that the API only lets time and purchases make.</summary>
    public static async Task<Guid> ListedCustomerAsync(
        this TestApp app, Guid business, string? firstName = null, string? lastName = null, decimal spent = 0, string? visitedAt = null,
        string? createdAt = null, string tier = "BRONZE", bool isActive = true, IReadOnlyList<string>? tags = null, string? email = null,
        string? phone = null, string? externalId = null)
    {
        var created = createdAt is null ? DateTimeOffset.UtcNow : DateTimeOffset.Parse(createdAt, CultureInfo.InvariantCulture);
        var id = Guid.CreateVersion7(created);
        await app.Database.QueryAsync<int>(
            """
            insert into customers (
                id, business_id, external_id, email, phone, first_name, last_name, loyalty_tier, tier_updated_at, is_active, referral_code,
                created_at, updated_at)
            values (@id, @business, @externalId, @email, @phone, @firstName, @lastName, @tier, now(), @isActive, @code, @created, now());
            insert into customer_metrics (customer_id, business_id, total_spent, visit_count, last_visit_at, last_visit_on, updated_at)
            values (@id, @business, @spent, case when @visitedAt is null then 0 else 1 end, @visitedAt::timestamptz, @visitedAt::date, now());
            insert into customer_tags (business_id, customer_id, tag, created_by, created_at)
            select @business, @id, tag, 'test', now() from unnest(@tags) tag;
            """,
            new
            {
                id,
                business,
                externalId,
                email = email ?? Given.Email(),
                phone,
                firstName,
                lastName,
                tier,
                isActive,
                code = string.Create(CultureInfo.InvariantCulture, $"LIST{Interlocked.Increment(ref counter):D6}"),
                created,
                spent,
                visitedAt,
                tags = tags?.ToArray() ?? [],
            });
        return id;
    }
}
