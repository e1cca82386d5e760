using NxLoy.Functions.Benchmarks.Load;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>POST of new customers, each with an email of its own.</summary>
internal static class Create
{
    private const string Body = """{"email": "bench{n}@example.com", "firstName": "Bench", "lastName": "Mark {n}", "preferredLanguage": "PT"}""";

    // The rows that the app writes for a customer, in one transaction; an id that no other run makes.
    private static readonly string Rows =
        $$"""
        begin;
        select set_config('nxloy.business', '{{BenchDatabase.Business}}', true);
        select default_region from businesses where id = '{{BenchDatabase.Business}}' and status = 'ACTIVE';
        with customer as (
            insert into customers (id, business_id, email, first_name, last_name, loyalty_tier, tier_updated_at, referral_code, created_at, updated_at)
            select id, '{{BenchDatabase.Business}}', id || '@example.com', 'Bench', 'Mark', 'BRONZE', now(), upper(substr(replace(id::text, '-', ''), 17, 12)), now(), now()
            from (select uuidv7() as id) made
            returning id, business_id
        ), metrics as (
            insert into customer_metrics (customer_id, business_id, updated_at) select id, business_id, now() from customer
        )
        insert into outbox (id, business_id, customer_id, type, data, occurred_at)
        select uuidv7(), business_id, id, 'customers.customer.created', '{}', now() from customer;
        commit;
        """;

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            "`POST /api/v1/customers`: customer, metrics and event in one transaction that is on disk before the answer leaves, and the audit row before that. "
            + "pgbench writes the same rows, without the app's checks and without reading back what it wrote.");
        foreach (var customers in new[] { Bench.Few, Bench.Many })
        {
            var site = await bench.SiteAsync(customers);
            var asks = Enumerable.Range(0, 100).Select(n => new Ask("POST", "/api/v1/customers", site.TokenOf(n), Body)).ToList();
            foreach (var connections in new[] { 64, 1000 })
            {
                var (app, bare, memory) = await bench.CompareAsync(site, asks, connections);
                section.Add("app", customers, connections, app, memory);
                section.Add("bare API, one profile", customers, connections, bare);
                section.GoalsOfAll(app, memory);
            }

            section.Add("pgbench", customers, 64, await Pgbench.RunAsync(site.AppDatabase, [Rows], 64, bench.Seconds));
        }

        return section;
    }
}
