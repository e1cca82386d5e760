namespace NxLoy.Functions.Exports;

/// <summary>Who the customer is, and to whom.</summary>
internal static class ProfileSections
{
    public static IReadOnlyList<ExportSection> All { get; } =
    [
        new("profile", "Your profile", "customers", "business_id = @business and id = @customer",
            """
            select id, external_id as "externalId", email, phone, first_name as "firstName", last_name as "lastName",
                date_of_birth as "dateOfBirth", preferred_language as "preferredLanguage", telegram_chat_id as "telegramChatId",
                loyalty_tier as "loyaltyTier", tier_updated_at as "tierUpdatedAt", is_active as "isActive",
                referral_code as "referralCode", referred_by is not null as "broughtByAnotherCustomer",
                created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt", deletion_reason as "deletionReason"
            from customers
            where business_id = @business and id = @customer
            """),
        new("figures", "Figures computed from your purchases", "customer_metrics", ExportSection.OfCustomer,
            """
            select total_spent as "totalSpent", visit_count as "visitCount", first_visit_at as "firstVisitAt",
                last_visit_at as "lastVisitAt", updated_at as "updatedAt"
            from customer_metrics
            where business_id = @business and customer_id = @customer
            """),
        new("business", "The business that keeps your data", "businesses", "id = @business",
            """
            select id, name, status, time_zone as "timeZone", currency, privacy_contact as "privacyContact",
                array_to_string(processing_purposes, e'\n') as "purposes", retention_months as "retentionMonths",
                consent_mode as "consentMode"
            from businesses
            where id = @business
            """),
        new("preferences", "How you may be contacted", "customer_communication_preferences", ExportSection.OfCustomer,
            """
            select email_marketing as "emailMarketing", sms_marketing as "smsMarketing", push_notifications as "pushNotifications",
                loyalty_updates as "loyaltyUpdates", transaction_receipts as "transactionReceipts",
                promotional_offers as "promotionalOffers", survey_invitations as "surveyInvitations",
                newsletter_subscription as "newsletterSubscription", frequency, preferred_channel as "preferredChannel", timezone,
                to_char(quiet_hours_start, 'HH24:MI') as "quietHoursStart", to_char(quiet_hours_end, 'HH24:MI') as "quietHoursEnd",
                created_at as "createdAt", updated_at as "updatedAt"
            from customer_communication_preferences
            where business_id = @business and customer_id = @customer
            """),
        new("consent-history", "What you agreed to and when", "consent_changes", ExportSection.OfCustomer,
            """
            select flag, granted,
                case when source = 'erased_before' then 'default' else source end as source, -- which nobody is told
                wording_version as "wordingVersion",
                case when changed_by = @customer::text then 'you' else 'the business' end as "changedBy", changed_at as "changedAt"
            from consent_changes
            where business_id = @business and customer_id = @customer
            order by changed_at, id
            """),
    ];
}
