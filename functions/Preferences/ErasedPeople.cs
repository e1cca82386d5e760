using System.Text;
using NxLoy.Functions.Database;

namespace NxLoy.Functions.Preferences;

/// <summary>
/// Who was erased, known by digests that only this installation can make, others for each business. Who joins again with
/// such an email or phone starts with no marketing at all, and nothing tells anybody why.
/// </summary>
public sealed class ErasedPeople(Sealing sealing)
{
    // Of the eight flags those that are marketing; the others serve what the customer has with the business.
    private static readonly string[] Marketing =
        ["emailMarketing", "smsMarketing", "pushNotifications", "promotionalOffers", "surveyInvitations", "newsletterSubscription"];

    /// <summary>32 bytes; the same for an email in any case.</summary>
    public byte[] DigestOfEmail(Guid business, string email) => Digest(business, $"email:{email.Trim().ToLowerInvariant()}");

    /// <summary>32 bytes.</summary>
    /// <param name="phone">E.164.</param>
    public byte[] DigestOfPhone(Guid business, string phone) => Digest(business, $"phone:{phone}");

    /// <summary>32 bytes.</summary>
    /// <param name="externalId">As the business writes it.</param>
    public byte[] DigestOfExternalId(Guid business, string externalId) => Digest(business, $"external:{externalId}");

    /// <summary>Gives a new customer its first preferences, where they differ from the business's defaults.</summary>
    /// <param name="phone">E.164.</param>
    public async Task StartPreferencesAsync(Session session, Guid customer, string email, string? phone, DateTimeOffset now) =>
        await session.ExecuteAsync(
            """
            with erased as (
                select 1 from erasure_ledger
                where business_id = @business and (email_digest = @emailDigest or phone_digest = @phoneDigest)
                limit 1
            ), preferences as (
                insert into customer_communication_preferences (
                    customer_id, business_id, email_marketing, sms_marketing, push_notifications, loyalty_updates, transaction_receipts,
                    promotional_offers, survey_invitations, newsletter_subscription, created_at, updated_at)
                select @customer, @business, false, false, false, true, true, false, false, false, @now, @now
                from erased
                returning customer_id
            )
            insert into consent_changes (id, business_id, customer_id, flag, granted, source, changed_by, changed_at)
            select gen_random_uuid(), @business, customer_id, flag, false, 'erased_before', 'system', @now
            from preferences cross join unnest(@marketing) as flag
            """,
            new
            {
                business = session.Business,
                customer,
                emailDigest = DigestOfEmail(session.Business, email),
                phoneDigest = phone is null ? null : DigestOfPhone(session.Business, phone),
                marketing = Marketing,
                now,
            });

    /// <summary>Since when those of them have been erased who are.</summary>
    /// <param name="phones">E.164.</param>
    public async Task<ErasedSince> FindAsync(
        Session session, IEnumerable<Guid> customers, IEnumerable<string> emails, IEnumerable<string> phones, IEnumerable<string> externalIds)
    {
        var byEmail = emails.Distinct().ToDictionary(email => Convert.ToHexString(DigestOfEmail(session.Business, email)));
        var byPhone = phones.Distinct().ToDictionary(phone => Convert.ToHexString(DigestOfPhone(session.Business, phone)));
        var byExternalId = externalIds.Distinct().ToDictionary(externalId => Convert.ToHexString(DigestOfExternalId(session.Business, externalId)));
        var rows = await session.QueryAsync<ErasedRow>(
            """
            select customer_id as customerid, email_digest as email, phone_digest as phone, external_id_digest as externalid, erased_at as erasedat
            from erasure_ledger
            where business_id = @business and (
                customer_id = any(@customers) or email_digest = any(@emails) or phone_digest = any(@phones) or external_id_digest = any(@externalIds))
            """,
            new
            {
                business = session.Business,
                customers = customers.Distinct().ToArray(),
                emails = byEmail.Keys.Select(Convert.FromHexString).ToArray(),
                phones = byPhone.Keys.Select(Convert.FromHexString).ToArray(),
                externalIds = byExternalId.Keys.Select(Convert.FromHexString).ToArray(),
            });
        return new ErasedSince(
            Latest(rows, row => row.CustomerId.ToString()), Latest(rows, row => byEmail.GetValueOrDefault(Convert.ToHexString(row.Email))),
            Latest(rows, row => row.Phone is null ? null : byPhone.GetValueOrDefault(Convert.ToHexString(row.Phone))),
            Latest(rows, row => row.ExternalId is null ? null : byExternalId.GetValueOrDefault(Convert.ToHexString(row.ExternalId))));
    }

    private static Dictionary<string, DateTimeOffset> Latest(IEnumerable<ErasedRow> rows, Func<ErasedRow, string?> of) =>
        rows.Where(row => of(row) is not null).GroupBy(row => of(row)!).ToDictionary(same => same.Key, same => same.Max(row => row.ErasedAt));

    private byte[] Digest(Guid business, string identifier) => sealing.Digest("erased-people", Encoding.UTF8.GetBytes($"{business}:{identifier}"));

    private sealed record ErasedRow
    {
        public required Guid CustomerId { get; init; }
        public required byte[] Email { get; init; }
        public required byte[]? Phone { get; init; }
        public required byte[]? ExternalId { get; init; }
        public required DateTimeOffset ErasedAt { get; init; }
    }
}

/// <summary>Since when some have been erased, by what they were known by.</summary>
public sealed class ErasedSince(
    IReadOnlyDictionary<string, DateTimeOffset> customers, IReadOnlyDictionary<string, DateTimeOffset> emails, IReadOnlyDictionary<string, DateTimeOffset> phones,
    IReadOnlyDictionary<string, DateTimeOffset> externalIds)
{
    /// <summary>The last time that one known by any of these was erased; null where none was.</summary>
    /// <param name="phone">E.164.</param>
    public DateTimeOffset? Of(Guid? customer, string? email, string? phone, string? externalId)
    {
        DateTimeOffset?[] all = [In(customers, customer?.ToString()), In(emails, email), In(phones, phone), In(externalIds, externalId)];
        return all.Max();
    }

    private static DateTimeOffset? In(IReadOnlyDictionary<string, DateTimeOffset> known, string? name) =>
        name is not null && known.TryGetValue(name, out var since) ? since : null;
}
