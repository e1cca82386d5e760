using System.Text;
using System.Text.Json;
using Amqp;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Erasure;

/// <summary>Somebody whose identifiers have got everywhere the system can hold them.</summary>
internal sealed record KnownPerson(Guid Id, string Email, string Phone, string NationalPhone, string TelegramId, string ExternalId, string ReferralCode, string FullName)
{
    private const string Customers = "/api/v1/customers";

    /// <summary>What may be found nowhere once the customer is erased.</summary>
    public IReadOnlyCollection<string> Identifiers => [Email, Phone, NationalPhone, TelegramId, ExternalId, ReferralCode];

    /// <summary>Makes the person and spreads its identifiers: through the API where there is a way, else as its neighbours' rows.</summary>
    public static async Task<KnownPerson> EverywhereAsync(TestApp app)
    {
        var owner = app.As("owner");
        var mark = Guid.NewGuid().ToString("N")[..12];
        var number = Random.Shared.Next(1000, 9999);
        var (email, phone, national) = ($"Ann.{mark}@example.com", $"+1201555{number}", $"(201) 555-{number}");
        var (first, last) = ($"Ann{mark}", $"O'Lee{mark}");
        var created = (await owner.PostAsync(Customers, new
        {
            email, phone, firstName = first, lastName = last, telegramChatId = $"tg-{mark}", externalId = $"C/{mark}", dateOfBirth = "1987-06-05", preferredLanguage = "pt-BR",
        }, ("Idempotency-Key", $"new {email}"))).Expect(201);
        var person = new KnownPerson(
            created.Id, email, phone, national, $"tg-{mark}", $"C/{mark}", (string)created.Json["referralCode"]!, $"{first} {last}");
        await person.ThroughTheApiAsync(app, owner);
        await person.InNeighboursTablesAsync(app);
        await person.OverTheBusAsync(app);
        return person;
    }

    private async Task ThroughTheApiAsync(TestApp app, ApiClient owner)
    {
        var friend = (await owner.PostAsync(Customers, new { email = Given.Email(), referredBy = ReferralCode, firstName = "Friend" })).Expect(201);
        foreach (var (customer, text) in new[] { (Id, $"{FullName} called from {NationalPhone}"), (friend.Id, $"Knows {Email.ToUpperInvariant()} and {ExternalId}; call {Phone}, {TelegramId}, {ReferralCode}.") })
        {
            (await owner.PostAsync($"{Customers}/{customer}/notes", new { body = text })).Expect(201);
            (await owner.SendAsync(HttpMethod.Put, $"{Customers}/{customer}/tags/{Uri.EscapeDataString(Email)}")).Expect(204);
        }

        var service = app.As("service");
        var sale = $"sale-{Email}";
        object[] items = [new { product = $"Gift for {FullName}", category = "gifts", quantity = 1, unitPrice = 40 }];
        (await service.PostAsync("/api/v1/events", Events.Batch(
            Events.Of("completed", Events.Data(app.Business, 40, sale, externalId: ExternalId, items: items), id: $"event for {Phone}"),
            Events.Of("refunded", Events.Data(app.Business, 15, $"refund-{ExternalId}", customerId: Id, original: sale)),
            Events.Of("completed", Events.Data(app.Business, 7, $"friend-{TelegramId}", customerId: friend.Id)),
            Events.Of("completed", Events.Data(app.Business, 1, Guid.NewGuid().ToString(), email: $"nobody-{Guid.NewGuid():N}@example.com"), id: $"unlinked {Email}")))).Expect(200);
        (await owner.PutAsync("/api/v1/business", new
        {
            consentMode = "opt_out", defaultMargin = 0.4, acquisitionCost = 1, graceMonths = 3, privacyContact = $"Ask {Email}", processingPurposes = new[] { "Loyalty", $"Calling {NationalPhone}" },
        })).Expect(200);
        var hold = (await app.As("compliance").PostAsync($"{Customers}/{Id}/holds", new { ground = $"Claim of {FullName}" })).Expect(201).Id;
        (await app.As("compliance").SendAsync(HttpMethod.Delete, $"{Customers}/{Id}/holds/{hold}")).Expect(204);
    }

    // What waits, what is dead, and what nobody can read; the friend's own message only mentions the person.
    private async Task OverTheBusAsync(TestApp app)
    {
        var friend = (await app.Database.QueryAsync<Guid>("select id from customers where referred_by = @Id", new { Id })).Single();
        Message[] messages =
        [
            BusApp.Message(Events.Of("refunded", Events.Data(app.Business, 4, $"bus-1-{Id}", email: Email.ToUpperInvariant(), original: "never"), $"bus refund of {ExternalId}")),
            BusApp.Message(Events.Of("refunded", Events.Data(app.Business, 4, $"bus-2-{Id}", phone: NationalPhone.Replace("-", " ", StringComparison.Ordinal), original: "never"))),
            BusApp.Message(Events.Of("completed", Events.Data(app.Business, -1, $"bus-3-{Id}", externalId: ExternalId, items: new[] { new { product = FullName, quantity = 1, unitPrice = 1 } }))),
            BusApp.Message(Events.Told($"gossip.about.{Email}", new { businessId = app.Business, text = $"{FullName} is called {ReferralCode}" })),
            BusApp.Message(Events.Of("completed", new { email = Email, phone = Phone, text = TelegramId })),
            BusApp.Message(Events.Message(app.Business, friend, subject: $"Your friend {Email}", at: app.BusinessNow().AddDays(1))),
            BusApp.Raw(Encoding.UTF8.GetBytes($"{FullName};{Email};{Phone}"), "a-line", "text/csv"),
            BusApp.Raw(Encoding.Unicode.GetBytes($"{ExternalId};{Email}"), "another-line", null),
        ];
        for (var at = 0; at < messages.Length; at++)
            messages[at].Properties.MessageId = $"bus-{at}-{Id}"; // the broker's memory of ids is not the app's
        var others = await app.Database.QueryAsync<Guid>("select id from dead_letters");
        await app.DeliverAsync(messages);
        Assert.Equal(
            ["DEAD future_dated", "DEAD invalid_amount", "DEAD invalid_data", "DEAD malformed_json", "DEAD malformed_json", "DEAD unknown_type", "WAITING sale_not_arrived", "WAITING sale_not_arrived"],
            await app.Database.QueryAsync<string>("select state || ' ' || code from dead_letters where id <> all(@others) order by 1", new { others }));
    }

    // As the app writes them: it reads them whenever it shows or evaluates a customer.
    private static readonly string OutOfReach = JsonSerializer.Serialize(new
    {
        silver = new { pointsThreshold = 1_000_000, evaluationPeriod = "yearly" },
        gold = new { pointsThreshold = 1_000_000, evaluationPeriod = "yearly" },
        platinum = new { pointsThreshold = 1_000_000, evaluationPeriod = "yearly" },
    });

    private async Task InNeighboursTablesAsync(TestApp app) => await app.Database.QueryAsync<int>(
        """
        with friend as (select id from customers where referred_by = @Id)
        , segment as (
            insert into customer_segments (id, business_id, name, description, criteria, created_at, updated_at)
            values (gen_random_uuid(), @Business, 'Like ' || @Email, 'As ' || @Phone, jsonb_build_object('value', @ExternalId), now(), now())
            returning id)
        , assigned as (
            insert into customer_segment_assignments (business_id, segment_id, customer_id, assigned_at, last_calculated)
            select @Business, id, @Id, now(), now() from segment)
        , sent as (
            insert into communications (business_id, id, customer_id, channel, purpose, campaign_id, subject, body, occurred_at)
            values (@Business, 'm1-' || @TelegramId, @Id, 'EMAIL', 'PROMOTION', 'for ' || @FullName, 'Dear ' || @FullName, 'Your number is ' || @Phone, now()),
                (@Business, 'm2-' || @TelegramId, (select id from friend), 'EMAIL', 'PROMOTION', null, 'Your friend ' || @Email, 'Thanks to ' || @ReferralCode, now()))
        , redeemed as (
            insert into redemptions (business_id, id, customer_id, reward, points, occurred_at)
            values (@Business, 'r-' || @ExternalId, @Id, 'Cup with the name ' || @FullName, 100, now()))
        , balance as (
            insert into loyalty_balances (customer_id, business_id, balance, changed_by, occurred_at, updated_at)
            values (@Id, @Business, 250, @Email, now(), now()))
        , points as (
            insert into loyalty_balance_changes (id, business_id, customer_id, balance, changed_by, occurred_at, created_at)
            values (gen_random_uuid(), @Business, @Id, 250, @Email, now(), now()), (gen_random_uuid(), @Business, @Id, 100, 'counter', now(), now()))
        , tier as (
            insert into tier_changes (id, business_id, customer_id, from_tier, to_tier, cause, measures, actor, reason, changed_at)
            values (gen_random_uuid(), @Business, @Id, 'BRONZE', 'GOLD', 'override', jsonb_build_object('by', @Email), 'owner', 'Friend of ' || @FullName, now()))
        , override as (
            insert into tier_overrides (customer_id, business_id, tier, reason, created_by, created_at)
            values (@Id, @Business, 'GOLD', 'Asked by ' || @Email, 'owner', now()))
        , preferences as (
            insert into customer_communication_preferences (
                customer_id, business_id, email_marketing, sms_marketing, push_notifications, loyalty_updates, transaction_receipts,
                promotional_offers, survey_invitations, newsletter_subscription, timezone, created_at, updated_at)
            values (@Id, @Business, true, true, true, true, true, true, true, true, 'Atlantic/Azores', now(), now()))
        , consent as (
            insert into consent_changes (id, business_id, customer_id, flag, granted, source, changed_by, changed_at)
            values (gen_random_uuid(), @Business, @Id, 'emailMarketing', true, 'form', @Id::text, now()))
        , worth as (
            insert into customer_lifetime_values (customer_id, business_id, current_ltv, total_revenue, purchase_frequency, lifespan, calculated_at, model_version, metadata)
            values (@Id, @Business, 1, 1, 1, 1, now(), 'simple-1', jsonb_build_object('of', @FullName)))
        , thresholds as (
            insert into tier_configurations (id, business_id, thresholds, updated_by, created_at, updated_at)
            values (gen_random_uuid(), @Business, jsonb_build_object('note', 'not for ' || @Email) || @thresholds::jsonb, @Email, now(), now()) on conflict do nothing
            returning id)
        , why as (
            insert into tier_config_audits (id, config_id, business_id, configuration_version, new_thresholds, changed_by, changed_at, reason)
            select gen_random_uuid(), id, @Business, 1, @thresholds::jsonb, 'owner', now(), 'Lowered for ' || @Email from thresholds)
        insert into outbox (id, business_id, customer_id, type, data, occurred_at)
        select gen_random_uuid(), @Business, c, 'tests.stray.written', jsonb_build_object('stray', @Email), now()
        from unnest(array[@Id, (select id from friend)]) c
        """,
        new { app.Business, Id, Email, Phone, ExternalId, TelegramId, FullName, ReferralCode, thresholds = OutOfReach });
}
