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

    private byte[] Digest(Guid business, string identifier) => sealing.Digest("erased-people", Encoding.UTF8.GetBytes($"{business}:{identifier}"));
}
