namespace NxLoy.Functions.Erasure;

/// <summary>
/// What an erasure does to each table: the one list. Whoever adds a column with personal data adds it here; a test
/// compares the list with the columns whose comment begins with 'pii:', and with the tables that point to a customer.
/// </summary>
public static class ErasedTables
{
    /// <summary>
    /// In this order, in one transaction. Each statement takes @business, @customer, @now, @token (32 random hexadecimal
    /// digits), and what the customer was known by: @email in lower case, @phone in E.164, @externalId, and @identifiers, a
    /// pattern. It answers how many rows it changed or removed.
    /// </summary>
    public static IReadOnlyList<ErasedTable> All { get; } =
    [
        new("customer_tags", ["tag"],
            "delete from customer_tags where business_id = @business and customer_id = @customer returning 1"),
        new("customer_notes", ["body"],
            "delete from customer_notes where business_id = @business and customer_id = @customer returning 1"),
        new("customer_segment_assignments", [],
            "delete from customer_segment_assignments where business_id = @business and customer_id = @customer returning 1"),
        new("customer_lifetime_values", [],
            "delete from customer_lifetime_values where business_id = @business and customer_id = @customer returning 1"),
        new("customer_communication_preferences", ["timezone"],
            """
            insert into customer_communication_preferences (
                customer_id, business_id, email_marketing, sms_marketing, push_notifications, loyalty_updates, transaction_receipts,
                promotional_offers, survey_invitations, newsletter_subscription, created_at, updated_at)
            values (@customer, @business, false, false, false, false, false, false, false, false, @now, @now)
            on conflict (customer_id) do update
            set email_marketing = false, sms_marketing = false, push_notifications = false, loyalty_updates = false,
                transaction_receipts = false, promotional_offers = false, survey_invitations = false, newsletter_subscription = false,
                timezone = null, quiet_hours_start = null, quiet_hours_end = null,
                version = customer_communication_preferences.version + 1, updated_at = @now
            returning 1
            """),
        new("communications", ["subject", "body"],
            """
            update communications set subject = null, body = null
            where business_id = @business and customer_id = @customer and (subject is not null or body is not null)
            returning 1
            """),
        new("tier_changes", ["reason"],
            "update tier_changes set reason = null where business_id = @business and customer_id = @customer and reason is not null returning 1"),
        new("tier_states", [],
            "delete from tier_states where business_id = @business and customer_id = @customer returning 1"),
        new("tier_overrides", ["reason"],
            "update tier_overrides set reason = null where business_id = @business and customer_id = @customer and reason is not null returning 1"),
        new("legal_holds", ["ground"],
            "update legal_holds set ground = null where business_id = @business and customer_id = @customer and ground is not null returning 1"),
        new("inbox", [],
            "delete from inbox where business_id = @business and customer_id = @customer returning 1"),
        // Those that name the customer, and those that name nobody who could be read but hold an identifier. Where another
        // customer's event does, the scan takes it out and the event stays.
        new("dead_letters", ["detail", "body", "customer_external_id", "customer_email", "customer_phone", "reason"],
            """
            with gone as (
                delete from dead_letters l
                where business_id = @business and (
                    customer_id = @customer
                    or (customer_external_id = @externalId or customer_email = @email or customer_phone = @phone
                        or concat_ws(' ', customer_external_id, customer_email, customer_phone) ~* @identifiers)
                        -- What the person was known by may have gone to somebody else, whose event it is then.
                        and not exists (
                            select from customers other
                            where other.business_id = @business and other.deleted_at is null and other.id <> @customer and (
                                other.external_id = l.customer_external_id or other.email_key = l.customer_email or other.phone = l.customer_phone))
                    or customer_id is null and customer_external_id is null and customer_email is null and customer_phone is null
                        and concat_ws(' ', event_id, event_type, event_source, detail, body) ~* @identifiers)
                returning 1
            )
            select 1 from gone union all select 1 from generate_series(1, forget_dead_letters_of_nobody(@identifiers))
            """,
            IsRepeated: true),
        new("outbox", [],
            "delete from outbox where business_id = @business and customer_id = @customer returning 1"),
        new("idempotency_keys", [],
            """
            delete from idempotency_keys
            where business_id = @business and (caller = @customer::text or resource_id = @customer
                or resource_id in (select id from erasure_requests where customer_id = @customer)
                or resource_id in (select id from legal_holds where customer_id = @customer)
                or resource_id in (select id from customer_data_exports where customer_id = @customer))
            returning 1
            """),
        new("erasure_requests", ["reason", "end_reason"],
            """
            update erasure_requests set reason = null, end_reason = null
            where business_id = @business and customer_id = @customer and (reason is not null or end_reason is not null)
            returning 1
            """),
        new("customers",
            [
                "external_id", "email", "phone", "first_name", "last_name", "date_of_birth", "telegram_chat_id", "referral_code", "person_id",
                "preferred_language", "deletion_reason",
            ],
            """
            update customers
            set external_id = null, email = 'erased-' || @token || '@erased.invalid', phone = null, first_name = null, last_name = null,
                date_of_birth = null, telegram_chat_id = null, referral_code = upper(@token), person_id = null, preferred_language = 'EN',
                deletion_reason = null, is_active = false, deleted_at = coalesce(deleted_at, @now), erased_at = @now, version = version + 1, updated_at = @now
            where business_id = @business and id = @customer
            returning 1
            """),
    ];

    /// <summary>
    /// Columns with personal data that are erased elsewhere: by exports' own use case; being what the scan looks for, once it
    /// has found nothing; or, where they are of nobody and only may name somebody, by the scan.
    /// </summary>
    public static IReadOnlyList<string> ErasedElsewhere { get; } =
        ["customer_data_exports.request_reason", "customer_data_exports.decision_reason", "erasure_requests.sealed_identifiers", "erasure_requests.identifiers_key",
            "tier_config_audits.reason"];

    /// <summary>Figures and proofs that stay on the tombstone, each with the ground it stands on.</summary>
    public static IReadOnlyList<KeptTable> Kept { get; } =
    [
        new("transactions", "Sales, refunds and voids: amounts and dates", "GDPR art. 17(3)(b): duty to keep books", Retention.OfTheBusiness),
        new("transaction_items", "What was sold: products and prices", "GDPR art. 17(3)(b): duty to keep books", Retention.OfTheBusiness),
        new("customer_metrics", "Sums of those sales", "No person can be told from it any more (recital 26)", Retention.OfTheBusiness),
        new("loyalty_balances", "Points outstanding", "GDPR art. 17(3)(b): duty to keep books", Retention.OfTheBusiness),
        new("loyalty_balance_changes", "Points won and spent", "GDPR art. 17(3)(b): duty to keep books", Retention.OfTheBusiness),
        new("redemptions", "Points redeemed", "GDPR art. 17(3)(b): duty to keep books", Retention.OfTheBusiness),
        new("communications", "That messages were sent: channel, purpose and time, not their text", "GDPR art. 5(2) and 7(1): proof of what was sent on which consent", Retention.OfTheBusiness),
        new("tier_changes", "Tiers held", "No person can be told from it any more (recital 26)", Retention.OfTheBusiness),
        new("tier_overrides", "A tier given by hand", "No person can be told from it any more (recital 26)", Retention.OfTheBusiness),
        new("consent_changes", "Consents given and withdrawn: flag, time and source", "GDPR art. 7(1): proof of consent", Retention.OfTheBusiness),
        new("customer_communication_preferences", "That nothing may be sent", "GDPR art. 21: objections are kept to be honoured", Retention.OfTheBusiness),
        new("customer_data_exports", "That data were exported, and when", "GDPR art. 5(2): accountability", Retention.OfTheBusiness),
        new("customer_data_export_sections", "How many rows those exports had", "GDPR art. 5(2): accountability", Retention.OfTheBusiness),
        new("erasure_requests", "This erasure", "GDPR art. 5(2): accountability", Retention.OfTheBusiness),
        new("legal_holds", "That holds stood, and when", "GDPR art. 5(2): accountability", Retention.OfTheBusiness),
        new("erasure_ledger", "Digests of email, phone and customer number, keyed per business", "GDPR art. 17 and 21: a restored backup must not bring the person back", Retention.Always),
        new("audit_log", "Who saw or changed which customer id", "GDPR art. 5(2) and 32: accountability and security", Retention.OfTheAuditLog),
        new("customers", "The tombstone: an id, a tier and dates", "Figures above point to it", Retention.OfTheBusiness),
    ];
}

/// <param name="Table">Its name in the schema.</param>
/// <param name="Columns">Those with personal data that the statement empties; generated columns follow theirs.</param>
/// <param name="Sql">Answers a row for each that it changed or removed.</param>
/// <param name="IsRepeated">The scan does it once more: what was on its way may have come meanwhile.</param>
public sealed record ErasedTable(string Table, IReadOnlyList<string> Columns, string Sql, bool IsRepeated = false);

/// <param name="What">In plain words.</param>
/// <param name="Ground">Why it may be kept.</param>
public sealed record KeptTable(string Table, string What, string Ground, Retention Retention);

/// <summary>How long something is kept.</summary>
public enum Retention
{
    /// <summary>As the business's settings say (retentionMonths).</summary>
    OfTheBusiness,

    /// <summary>As Audit:RetentionMonths says.</summary>
    OfTheAuditLog,

    /// <summary>As long as the system is used.</summary>
    Always,
}
