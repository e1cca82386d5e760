using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Fuzz;

/// <summary>What holds of the tables after any number of requests, if each was done whole or not at all.</summary>
internal static class Invariants
{
    private static readonly (string Name, string Offenders)[] All =
    [
        ("every customer has its metrics", "select id::text from customers c where not exists (select from customer_metrics m where m.customer_id = c.id)"),
        ("every customer has the event of its creation", "select id::text from customers c where 1 <> (select count(*) from outbox o where o.customer_id = c.id and o.type = 'customers.customer.created')"),
        ("every version of a customer has its event", "select id::text from customers c where c.version > (select count(*) from outbox o where o.customer_id = c.id)"),
        ("every event has its audit row", "select id::text from outbox o where not exists (select from audit_log a where a.business_id = o.business_id and o.customer_id = any(a.customers))"),
        ("every note's customer has an audit row of it", "select id::text from customer_notes n where not exists (select from audit_log a where a.action = 'PostNote' and n.customer_id = any(a.customers))"),
        ("referral codes are unique", "select referral_code from customers group by business_id, referral_code having count(*) > 1"),
        ("emails of those who are there are unique", "select min(id::text) from customers where deleted_at is null group by business_id, lower(email) having count(*) > 1"),
        ("every tier is that of its last change",
            "select id::text from customers c where loyalty_tier <> coalesce((select to_tier from tier_changes h where h.customer_id = c.id order by changed_at desc, sequence desc limit 1), 'BRONZE')"),
        ("every tier is what its state and override give",
            "select id::text from customers c left join tier_states s on s.customer_id = c.id left join tier_overrides o on o.customer_id = c.id where c.erased_at is null and loyalty_tier <> coalesce(o.tier, s.ruled, 'BRONZE')"),
        ("every accepted event of a transaction has its transaction", "select business_id::text from inbox where outcome = 'accepted' and type like 'transactions.%' group by business_id having count(*) <> (select count(*) from transactions t where t.business_id = inbox.business_id)"),
        ("every transaction's customer has figures that count it",
            "select m.customer_id::text from customer_metrics m where (m.visit_count > 0) <> exists (select from transactions t where t.customer_id = m.customer_id and t.kind = 'SALE' and t.amount > t.reversed_amount) and not exists (select from transactions t where t.customer_id = m.customer_id and t.kind = 'VOID')"),
        ("every key stands for something", "select key from idempotency_keys k where resource_id is null or status not in (200, 201, 202)"),
        ("every export has the event of its request",
            "select id::text from customer_data_exports e where not exists (select from outbox o where o.type = 'customers.data_export.requested' and o.data ->> 'exportId' = e.id::text)"),
        ("every completed export has all its sections and every other one is without a package",
            "select id::text from customer_data_exports e where (status = 'COMPLETED') <> (file_blob is not null) or status = 'COMPLETED' and exists (select from customer_data_export_sections s where s.export_id = e.id and s.rows is null)"),
        ("every person is somebody", "select id::text from people p where not exists (select from customers c where c.person_id = p.id)"),
        ("no customer has too many tags", "select customer_id::text from customer_tags group by customer_id having count(*) > 250"),
    ];

    /// <summary>"what does not hold: of whom".</summary>
    public static async Task<IReadOnlyList<string>> BrokenAsync(TestDatabase database)
    {
        var broken = new List<string>();
        foreach (var (name, offenders) in All)
        {
            broken.AddRange((await database.QueryAsync<string>($"{offenders} limit 5")).Select(offender => $"{name}: {offender}"));
        }

        return broken;
    }
}
