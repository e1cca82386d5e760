using NxLoy.Functions.Database;

namespace NxLoy.Functions.Customers;

/// <summary>Whom a business's other systems mean by the numbers, emails and phones that they know its customers by.</summary>
public static class LinkCustomers
{
    /// <summary>
    /// Looks them all up in one statement. Who is deleted is found too, unless the number, email or phone has gone to
    /// somebody else since.
    /// </summary>
    /// <param name="region">ISO 3166 alpha-2, for a phone without a country code.</param>
    public static async Task<CustomerLinks> ExecuteAsync(
        Session session, string region, IEnumerable<string> externalIds, IEnumerable<string> emails, IEnumerable<string> phones)
    {
        var found = await session.QueryAsync<Found>(
            """
            select distinct on (kind, key) kind, key, id
            from (
                select 'externalId' as kind, external_id as key, id, deleted_at from customers
                where business_id = @business and external_id = any(@externalIds) and deleted_at is null
                union all
                select 'externalId', external_id, id, deleted_at from customers
                where business_id = @business and external_id = any(@externalIds) and deleted_at is not null
                union all
                select 'email', email_key, id, deleted_at from customers
                where business_id = @business and email_key = any(@emails) and deleted_at is null
                union all
                select 'email', email_key, id, deleted_at from customers
                where business_id = @business and email_key = any(@emails) and deleted_at is not null
                union all
                select 'phone', phone, id, deleted_at from customers
                where business_id = @business and phone = any(@phones) and deleted_at is null
                union all
                select 'phone', phone, id, deleted_at from customers
                where business_id = @business and phone = any(@phones) and deleted_at is not null
            ) as known
            order by kind, key, deleted_at desc nulls first
            """,
            new
            {
                business = session.Business,
                externalIds = externalIds.Distinct().ToArray(),
                emails = emails.Select(CustomerLinks.KeyOf).Distinct().ToArray(),
                phones = phones.Select(phone => CustomerRules.E164(phone, region)).OfType<string>().Distinct().ToArray(),
            });
        return new CustomerLinks(region, found.ToDictionary(one => (one.Kind, one.Key), one => one.Id));
    }

    private sealed record Found
    {
        public required string Kind { get; init; }
        public required string Key { get; init; }
        public required Guid Id { get; init; }
    }
}

/// <summary>Who was found; null for what nobody has.</summary>
public sealed class CustomerLinks(string region, IReadOnlyDictionary<(string Kind, string Key), Guid> customers)
{
    public Guid? ByExternalId(string externalId) => Find("externalId", externalId);

    public Guid? ByEmail(string email) => Find("email", KeyOf(email));

    /// <summary>By a phone in any form; one that cannot exist is nobody's.</summary>
    public Guid? ByPhone(string phone) => CustomerRules.E164(phone, region) is { } e164 ? Find("phone", e164) : null;

    // As customers.email_key has it: an email is ASCII, so both lower it alike.
    internal static string KeyOf(string email) => email.ToLowerInvariant();

    private Guid? Find(string kind, string key) => customers.TryGetValue((kind, key), out var id) ? id : null;
}
