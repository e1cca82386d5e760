using System.Net.Http.Headers;
using System.Net.Http.Json;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;

namespace NxLoy.Functions.Benchmarks.Servers;

/// <summary>The app on a database whose customers have bought something, and the owner of the business.</summary>
internal sealed class TierSite : IAsyncDisposable
{
    private readonly BenchDatabase database;

    private readonly AuthenticationHeaderValue till;

    private TierSite(BenchDatabase database, ServerProcess app, HttpClient client, AuthenticationHeaderValue till) =>
        (this.database, App, Client, this.till) = (database, app, client, till);

    public ServerProcess App { get; }

    public HttpClient Client { get; }

    public static async Task<TierSite> StartAsync(BenchPostgres server, TokenAuthority authority, int customers, int sales, Dictionary<string, string> settings, Checkout checkout, Narrator narrator)
    {
        var database = await BenchDatabase.CopyAsync(server, customers, narrator);
        narrator.Say($"Filling in {sales} sales of each customer.");
        await database.QueryAsync<int>(Sales(sales));
        await database.QueryAsync<int>("vacuum (analyze) transactions");
        await database.QueryAsync<int>("vacuum (analyze) customer_metrics");
        var address = new Uri($"http://127.0.0.1:{Ports.AnyFree()}");
        var app = await ServerProcess.StartAsync(
            "app", Path.Combine(checkout.Root, "functions", "bin", "Release", "net10.0", "NxLoy.Functions.dll"), ["--urls", address.ToString()],
            address, "api/health/live", new Dictionary<string, string>(Site.SettingsOf(server, authority, database).Concat(settings).GroupBy(one => one.Key).Select(one => one.Last())), checkout);
        var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", authority.Token("owner", BenchDatabase.Business, "owner"));
        return new TierSite(database, app, client, new AuthenticationHeaderValue("Bearer", authority.Token("till", BenchDatabase.Business, "service")));
    }

    public Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? args = null) => database.QueryAsync<T>(sql, args);

    /// <summary>Reads every page once, and writes out what is dirty.</summary>
    public Task SettleAsync() => database.SettleAsync();

    /// <summary>Sets thresholds: 200 in three months, 350 and 600 in a year.</summary>
    public async Task PutThresholdsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/tiers/configuration")
        {
            Content = JsonContent.Create(new { thresholds = new { silver = Of(200, "quarterly"), gold = Of(350, "yearly"), platinum = Of(600, "yearly") } }),
        };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var answer = await Client.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            throw new LauncherException($"Thresholds are answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");

        static object Of(decimal spending, string period) => new { spendingThreshold = spending, evaluationPeriod = period };
    }

    /// <summary>Sends one purchase as another system does that has no bus.</summary>
    public async Task<HttpResponseMessage> PurchaseAsync(Guid customer)
    {
        var id = Guid.CreateVersion7().ToString();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events")
        {
            Content = JsonContent.Create(new
            {
                specversion = "1.0", id, source = "/bench", type = "transactions.transaction.completed",
                data = new { transactionId = $"bench-{id}", businessId = BenchDatabase.Business, customerId = customer, amount = 10, currency = "BRL", occurredAt = DateTimeOffset.UtcNow },
            }, new MediaTypeHeaderValue("application/cloudevents+json")),
        };
        request.Headers.Authorization = till;
        return await Client.SendAsync(request);
    }

    /// <summary>Waits until nobody is left to be evaluated.</summary>
    /// <exception cref="LauncherException">The evaluation failed.</exception>
    public async Task EvaluatedAsync()
    {
        while (await QueryAsync<string>("select status from tier_runs where status <> 'COMPLETED'") is { Count: > 0 } open)
        {
            if (open is ["FAILED"])
                throw new LauncherException("The evaluation failed.");
            await Task.Delay(200);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
        await database.DropAsync();
    }

    // As they come in: not customer by customer. Indexes are made after the rows, five times faster than with them in place.
    private static string Sales(int each) =>
        $$"""
        set local session_replication_role = replica;
        set local maintenance_work_mem = '512MB';
        create temporary table dropped as
        select i.indexname as name, i.indexdef as definition
        from pg_indexes i
        where i.tablename = 'transactions' and not exists (select from pg_constraint c where c.conname = i.indexname);
        do $body$ declare old record; begin for old in select * from dropped loop execute format('drop index %I', old.name); end loop; end $body$;
        insert into transactions (business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, created_at)
        select c.business_id, g || '-' || c.n, c.id, 'SALE', 1 + (c.n * 7 + g * 13) % 200, 'BRL', x.at, x.at::date, x.at
        from generate_series(1, {{each}}) g, (select id, business_id, row_number() over (order by id) as n from customers) c,
            lateral (select date_trunc('day', now()) - ((c.n * 31 + g * 97) % 1000) * interval '1 day' as at) x;
        update customer_metrics m set total_spent = t.spent, visit_count = t.visits
        from (select customer_id, sum(amount) as spent, count(*) as visits from transactions group by customer_id) t
        where t.customer_id = m.customer_id;
        do $body$ declare old record; begin for old in select * from dropped loop execute old.definition; end loop; end $body$;
        """;
}
