using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Exports;

/// <summary>A customer about whom every table has something, in words that nobody else's data hold.</summary>
internal sealed record Everything(Guid Customer, Guid Referrer, Guid Referred, string Formula, string Phone)
{
    public const string Note = "Speaks Ελληνικά and 日本語 🍵, \"quotes\",\nand lines;\r\ntoo";

    public static async Task<Everything> MakeAsync(TestApp app)
    {
        var owner = app.As("owner", "staff-member-anna");
        var referrer = await app.CustomerAsync(firstName: "Referrer", lastName: "Rosenkohl");
        var formula = $"=HYPERLINK(\"http://evil.example/{Guid.NewGuid()}\",\"click\")";
        var phone = $"+1201555{Random.Shared.Next(1000, 9999)}";
        var customer = (await owner.PostAsync(
            "/api/v1/customers",
            new
            {
                email = Given.Email(), phone, firstName = "Søren", lastName = "Çelik-O'Neil", dateOfBirth = "1980-02-29",
                telegramChatId = "@soren", externalId = formula, referredBy = referrer.Id,
            })).Expect(201);
        var path = $"/api/v1/customers/{customer.Id}";
        var referred = await app.CustomerAsync(firstName: "Referred", lastName: "Rotkohl", referredBy: customer.Id.ToString());
        (await owner.PostAsync(path + "/notes", new { body = Note, isPinned = true })).Expect(201);
        (await owner.PostAsync(path + "/notes", new { body = "+1 for tea" })).Expect(201);
        (await owner.SendAsync(HttpMethod.Put, path + "/tags/stammgäste")).Expect(204);
        object[] items = [new { product = "Grüner Tee", category = "Tea", quantity = 2, unitPrice = 4.75 }, new { product = "-20% cake", category = "Cake", quantity = 1, unitPrice = 3 }];
        var sale = Events.Of("completed", Events.Data(app.Business, 12.5m, $"sale-{customer.Id}", customerId: customer.Id, items: items));
        var refund = Events.Of("refunded", Events.Data(app.Business, 3m, $"refund-{customer.Id}", customerId: customer.Id, original: $"sale-{customer.Id}"));
        Assert.Equal(["accepted"], (await app.As("service").PostAsync("/api/v1/events", Events.One(sale))).Outcomes());
        Assert.Equal(["accepted"], (await app.As("service").PostAsync("/api/v1/events", Events.One(refund))).Outcomes());
        await InsertAsync(app, customer.Id);
        return new Everything(customer.Id, referrer.Id, referred.Id, formula, phone);
    }

    // What no feature writes yet stands in its table all the same.
    private static Task<IReadOnlyList<int>> InsertAsync(TestApp app, Guid customer) => app.Database.QueryAsync<int>(
        """
        insert into customer_communication_preferences (
            customer_id, business_id, email_marketing, sms_marketing, push_notifications, loyalty_updates, transaction_receipts,
            promotional_offers, survey_invitations, newsletter_subscription, timezone, quiet_hours_start, quiet_hours_end, created_at, updated_at)
        values (@customer, @Business, true, false, true, true, true, false, false, true, 'Europe/Lisbon', '22:00', '08:30', now(), now())
        on conflict (customer_id) do update set timezone = excluded.timezone, quiet_hours_start = excluded.quiet_hours_start, quiet_hours_end = excluded.quiet_hours_end;
        insert into consent_changes (id, business_id, customer_id, flag, granted, source, wording_version, changed_by, changed_at)
        values (gen_random_uuid(), @Business, @customer, 'emailMarketing', true, 'web', 'v3', @customer::text, now()),
            (gen_random_uuid(), @Business, @customer, 'smsMarketing', false, 'counter', null, 'staff-member-anna', now()),
            (gen_random_uuid(), @Business, @customer, 'surveyInvitations', false, 'erased_before', null, 'system', now());
        insert into customer_segments (id, business_id, name, description, criteria, created_at, updated_at)
        values (md5(@customer::text)::uuid, @Business, 'Segment ' || @customer, 'Tea <lovers>', '{"operator": "AND", "rules": []}', now(), now());
        insert into customer_segment_assignments (business_id, segment_id, customer_id, assigned_at, last_calculated)
        values (@Business, md5(@customer::text)::uuid, @customer, now(), now());
        insert into tier_changes (id, business_id, customer_id, from_tier, to_tier, cause, measures, actor, reason, changed_at)
        values (gen_random_uuid(), @Business, @customer, 'BRONZE', 'GOLD', 'override', '{"totalSpent": 9.5}', 'staff-member-anna', '@lways polite', now());
        insert into tier_states (customer_id, business_id, ruled, steps, grace_from, grace_until, evaluated_on, configuration_version)
        values (@customer, @Business, 'SILVER', '[{"tier": "SILVER", "sales": ["sale-1"]}]', '2026-01-31', '2026-04-30', '2026-02-01', 1);
        insert into tier_overrides (customer_id, business_id, tier, reason, last_day, created_by, created_at)
        values (@customer, @Business, 'GOLD', 'A friend of the house', '2030-12-31', 'staff-member-anna', now());
        insert into customer_lifetime_values (
            customer_id, business_id, current_ltv, predicted_ltv, total_revenue, purchase_frequency, lifespan, calculated_at, model_version, metadata)
        values (@customer, @Business, 9.5, 40.25, 9.5, 1.5, 30, now(), 'simple-1', '{"sample": 300}');
        insert into loyalty_balances (customer_id, business_id, balance, qualifying_points, changed_by, occurred_at, updated_at)
        values (@customer, @Business, -5, 120, 'anna@staff.example', now(), now());
        insert into loyalty_balance_changes (id, business_id, customer_id, balance, qualifying_points, changed_by, occurred_at, created_at)
        values (gen_random_uuid(), @Business, @customer, 45, 170, @customer::text, now(), now()),
            (gen_random_uuid(), @Business, @customer, -5, 120, 'anna@staff.example', now(), now());
        insert into redemptions (business_id, id, customer_id, reward, points, occurred_at)
        values (@Business, 'redemption-' || @customer, @customer, 'Free cup', 50, now());
        insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at)
        values (@Business, 'message-' || @customer, @customer, 'EMAIL', 'NEWSLETTER', 'Spring teas', 'Dear Søren,' || e'\n' || 'they are here.', now());
        """,
        new { customer, app.Business });
}
