using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Plans;

/// <summary>One customer with 20,000 entries of each kind, a minute apart, beside 10,000 others with two.</summary>
internal static class BusyTimeline
{
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Middle => Start.AddMinutes(10_000);

    /// <summary>Made once in a database that is kept.</summary>
    public static Task MakeAsync(TestDatabase database, Guid business, Guid customer) => database.QueryAsync<int>(
        """
        set local session_replication_role = replica;
        create temporary table told on commit drop as
        select @customer::uuid as customer, n, 'busy-' || n as id from generate_series(1, 20000) n
        where not exists (select from transactions where business_id = @business and id = 'busy-1')
        union all
        select c.id, n, 'some-' || c.number || '-' || n
        from (select id, row_number() over (order by id) as number from customers where business_id = @business and id <> @customer order by id limit 10000) c, generate_series(1, 2) n
        where not exists (select from transactions where business_id = @business and id = 'busy-1');
        create temporary table drawn on commit drop as
        select customer, id, md5(id)::uuid as uuid, @start::timestamptz + n * interval '1 minute' as at from told;
        insert into transactions (business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, created_at)
        select @business, id, customer, 'SALE', 10, 'BRL', at, '2024-01-01', at from drawn on conflict do nothing;
        insert into transaction_items (business_id, transaction_id, line, product, quantity, unit_price)
        select @business, id, line, 'Tea', 1, 5 from drawn, generate_series(1, 2) line on conflict do nothing;
        insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at)
        select @business, id, customer, 'EMAIL', 'NEWSLETTER', 'Teas', 'They are here.', at from drawn on conflict do nothing;
        insert into redemptions (business_id, id, customer_id, reward, points, occurred_at)
        select @business, id, customer, 'Cup', 5, at from drawn on conflict do nothing;
        insert into loyalty_balance_changes (id, business_id, customer_id, balance, changed_by, occurred_at, created_at)
        select uuid, @business, customer, 7, 'test', at, at from drawn on conflict do nothing;
        insert into customer_notes (id, business_id, customer_id, body, author, created_at, updated_at)
        select uuid, @business, customer, 'Likes tea.', 'anna', at, at from drawn on conflict do nothing;
        insert into consent_changes (id, business_id, customer_id, flag, granted, source, changed_by, changed_at)
        select uuid, @business, customer, 'emailMarketing', true, 'web', 'anna', at from drawn on conflict do nothing;
        insert into tier_changes (id, business_id, customer_id, from_tier, to_tier, cause, actor, changed_at)
        select uuid, @business, customer, 'BRONZE', 'GOLD', 'threshold', 'system', at from drawn on conflict do nothing;
        analyze transactions, transaction_items, communications, redemptions, loyalty_balance_changes, customer_notes, consent_changes, tier_changes;
        """,
        new { business, customer, start = Start.UtcDateTime });
}
