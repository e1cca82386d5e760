using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Exports;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>How soon a customer's package is there, and what a very large one costs.</summary>
internal static class Exports
{
    private const int Times = 20;
    private const int Messages = 200_000;
    private const double Gigabyte = 1e9;

    public static async Task<Section> OrdinaryAsync(Bench bench)
    {
        var section = new Section(
            $"A full package (GDPR_FULL) of a customer with 40 purchases of 100 items, 50 messages and 10 notes, {Times} customers one after the other: from the request to the status COMPLETED, as a client sees it that asks every 20 ms. Everything is encrypted, written to Azurite, put together, checked and written again.",
            "| | p50 s | p95 s | slowest s | package kB |", "| --- | ---: | ---: | ---: | ---: |");
        await using var site = await bench.FilingSiteAsync();
        var customers = await site.QueryAsync<Guid>(
            "select id from customers where business_id = @business and deleted_at is null order by md5(id::text) limit @count", new { business = BenchDatabase.Business, count = Times + 1 });
        foreach (var customer in customers)
            await FillAsync(site, customer, purchases: 40, messages: 50, letters: 500);

        await PackAsync(site, customers[0]); // compiles
        var (seconds, bytes) = (new List<double>(), 0L);
        foreach (var customer in customers.Skip(1))
        {
            var (_, took, length) = await PackAsync(site, customer);
            seconds.Add(took.TotalSeconds);
            bytes = length;
        }

        seconds.Sort();
        section.Row($"| full package | {seconds[Times / 2]:n2} | {seconds[Times * 95 / 100]:n2} | {seconds[^1]:n2} | {bytes / 1e3:n0} |");
        section.Goal("an ordinary customer's package is ready within 5 s", $"{seconds[^1]:n2} s at most", seconds[^1] < 5);
        return section;
    }

    public static async Task<Section> LargeAsync(Bench bench)
    {
        var section = new Section(
            $"A full package of one customer with {Messages:n0} messages of 5 kB, as much text as a gigabyte, beside 100,000 purchases. *Growth*: the most memory that the app had resident while it packed, less what it had before. Then the package is downloaded and validated, as `./run validate-export` does.",
            "| | figure |", "| --- | ---: |");
        await using var site = await bench.FilingSiteAsync();
        var customers = await site.QueryAsync<Guid>(
            "select id from customers where business_id = @business and deleted_at is null order by md5(id::text) limit 2", new { business = BenchDatabase.Business });
        await FillAsync(site, customers[0], purchases: 40, messages: 50, letters: 500);
        await PackAsync(site, customers[0]); // compiles
        await FillAsync(site, customers[1], purchases: 100_000, messages: Messages, letters: 5120);
        var text = (await site.QueryAsync<long>("select sum(length(body)) from communications where customer_id = @customer", new { customer = customers[1] }))[0];

        var before = site.App.Resident;
        site.App.ForgetPeak();
        var (export, took, length) = await PackAsync(site, customers[1]);
        var growth = site.App.Peak - before;
        section.Row($"| text in the database | {text / Gigabyte:n2} GB |");
        section.Row($"| ready after | {took.TotalSeconds:n0} s |");
        section.Row($"| package | {length / 1e6:n0} MB |");
        section.Row($"| app resident before | {before:n0} MB |");
        section.Row($"| growth while packing | {growth:n0} MB |");
        site.App.ForgetPeak();
        before = site.App.Resident;
        var file = Path.GetTempFileName();
        try
        {
            var watch = Stopwatch.StartNew();
            await using (var target = File.Create(file))
            await using (var source = await site.Client.GetStreamAsync(new Uri($"/api/v1/exports/{export}/download", UriKind.Relative)))
                await source.CopyToAsync(target);
            section.Row($"| downloaded in | {watch.Elapsed.TotalSeconds:n0} s |");
            section.Row($"| growth while downloading | {site.App.Peak - before:n0} MB |");
            await PackageCheck.ReadAsync(file, CancellationToken.None);
        }
        finally
        {
            File.Delete(file);
        }

        section.Goal("a customer with 1 GB of data is packed within 3 minutes", $"{took.TotalSeconds:n0} s", took < TimeSpan.FromMinutes(3) && text >= Gigabyte);
        section.Goal("resident memory grows by less than 150 MB meanwhile", $"{growth:n0} MB", growth < 150);
        return section;
    }

    private static async Task<(Guid Export, TimeSpan Took, long Bytes)> PackAsync(FilingSite site, Guid customer)
    {
        var watch = Stopwatch.StartNew();
        using var asked = await site.Client.PostAsJsonAsync(new Uri($"/api/v1/customers/{customer}/export", UriKind.Relative), new { exportType = "GDPR_FULL" });
        var export = JsonNode.Parse(await asked.Content.ReadAsStringAsync())!;
        if (!asked.IsSuccessStatusCode)
            throw new LauncherException($"An export is answered {(int)asked.StatusCode}: {export}");
        while (true)
        {
            var now = JsonNode.Parse(await site.Client.GetStringAsync(new Uri($"/api/v1/exports/{export["id"]}", UriKind.Relative)))!;
            switch ((string)now["status"]!)
            {
                case "COMPLETED":
                    return (now["id"]!.GetValue<Guid>(), watch.Elapsed, now["fileBytes"]!.GetValue<long>());
                case "FAILED":
                    throw new LauncherException($"The export failed: {now}");
                default:
                    await Task.Delay(20);
                    break;
            }
        }
    }

    // Words that compress about as text does: every message differs, and repeats itself.
    private static Task<IReadOnlyList<int>> FillAsync(FilingSite site, Guid customer, int purchases, int messages, int letters) => site.QueryAsync<int>(
        """
        insert into transactions (business_id, id, customer_id, kind, amount, currency, occurred_at, local_day, created_at)
        select @business, @customer || '-' || n, @customer, 'SALE', 10 + n % 90, 'USD', now() - n * interval '1 minute', current_date, now() from generate_series(1, @purchases) n;
        insert into transaction_items (business_id, transaction_id, line, product, category, quantity, unit_price)
        select @business, @customer || '-' || n, line, 'Product ' || n % 50, 'Category ' || n % 7, 1, 5 from generate_series(1, @purchases) n, generate_series(1, 1 + n % 4) line;
        insert into communications (business_id, id, customer_id, channel, purpose, subject, body, occurred_at)
        select @business, @customer || '-' || n, @customer, 'EMAIL', 'NEWSLETTER', 'Message ' || n,
            repeat((select string_agg(md5(n::text || ':' || k), ' ') from generate_series(1, @letters / 132) k), 4), now() - n * interval '1 minute'
        from generate_series(1, @messages) n;
        insert into customer_notes (id, business_id, customer_id, body, author, created_at, updated_at)
        select gen_random_uuid(), @business, @customer, 'Note ' || n, 'staff', now(), now() from generate_series(1, 10) n;
        """,
        new { business = BenchDatabase.Business, customer, purchases, messages, letters });
}
