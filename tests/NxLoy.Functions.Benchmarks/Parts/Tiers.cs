using System.Diagnostics;
using System.Text.Json.Nodes;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>How long an evaluation of everybody takes, beside one bare pass of SQL over the same sales.</summary>
internal static class Tiers
{
    private const int Sales = 10;

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            $"A business with {Bench.Many:n0} customers and {Sales} sales of each, evaluated by the whole app: an orchestration of 10,000 customers an activity. *Bare pass*: one statement that sums each customer's windows of a month, a quarter and a year, as superuser, the median of three. *New thresholds*: everybody is evaluated by the first ones, and most have another tier then. *New day*: the same a day later, when few change. Meanwhile one client reads profiles, one after the other.",
            "| | seconds | tiers changed | profile p95 ms |", "| --- | ---: | ---: | ---: |");
        await using var site = await bench.TierSiteAsync(Bench.Many, Sales);
        var customers = await site.QueryAsync<Guid>(
            "select id from customers where business_id = @business and deleted_at is null order by md5(id::text) limit 1000", new { business = BenchDatabase.Business });
        var bare = await BareAsync(site);
        section.Row($"| bare pass | {bare:n1} | | |");

        var (first, changed, read) = await MeasureAsync(site, customers, site.PutThresholdsAsync);
        section.Row($"| new thresholds | {first:n1} | {changed:n0} | {Section.Ms(read)} |");
        await site.QueryAsync<int>("vacuum (analyze)");

        // As if the last evaluation had been yesterday's.
        await site.QueryAsync<int>("update tier_evaluations set through_day = through_day - 1; update tier_states set evaluated_on = evaluated_on - 1");
        await site.QueryAsync<int>("vacuum (analyze) tier_states");
        var (day, dayChanged, dayRead) = await MeasureAsync(
            site, customers, async () => await ExpectAsync(await site.Client.PostAsync(new Uri("/api/v1/tiers/recalculate", UriKind.Relative), null)));
        section.Row($"| new day | {day:n1} | {dayChanged:n0} | {Section.Ms(dayRead)} |");

        section.Goal("a new day is evaluated in under 60 s", $"{day:n1} s", day < 60);
        section.Goal("new thresholds are applied in under 60 s", $"{first:n1} s", first < 60);
        section.Goal("a new day takes at most twice the bare pass", $"{day / bare:n1} times", day <= 2 * bare);
        section.Goal("profiles are read under 50 ms meanwhile, p95", $"{Section.Ms(dayRead)} ms", dayRead < 50);
        return section;
    }

    private static async Task ExpectAsync(HttpResponseMessage answer)
    {
        using (answer)
            if (!answer.IsSuccessStatusCode)
                throw new LauncherException($"{answer.RequestMessage?.RequestUri} is answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task<double> BareAsync(TierSite site)
    {
        var seconds = new List<double>();
        for (var n = 0; n < 3; n++)
        {
            var watch = Stopwatch.StartNew();
            await site.QueryAsync<long>(
                """
                select count(*) from (
                    select customer_id,
                        sum(amount - reversed_amount) filter (where local_day > current_date - interval '1 month') as monthly,
                        sum(amount - reversed_amount) filter (where local_day > current_date - interval '3 months') as quarterly,
                        sum(amount - reversed_amount) filter (where local_day > current_date - interval '1 year') as yearly
                    from transactions
                    where business_id = @business and kind = 'SALE' and not is_voided and (reversed_amount < amount or amount = 0)
                    group by customer_id
                ) figures
                where monthly > 0 or quarterly > 0 or yearly > 0
                """,
                new { business = BenchDatabase.Business });
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        return seconds.Order().ElementAt(1);
    }

    private static async Task<(double Seconds, long Changed, double Read)> MeasureAsync(TierSite site, IReadOnlyList<Guid> customers, Func<Task> start)
    {
        await start();
        var reads = new List<double>();
        while (true)
        {
            for (var n = 0; n < 20; n++)
            {
                var watch = Stopwatch.StartNew();
                JsonNode.Parse(await site.Client.GetStringAsync(new Uri($"/api/v1/customers/{customers[reads.Count % customers.Count]}", UriKind.Relative)));
                reads.Add(watch.Elapsed.TotalMilliseconds);
            }

            var open = await site.QueryAsync<string>("select status from tier_runs where status <> 'COMPLETED'");
            if (open is ["FAILED"])
                throw new LauncherException("The evaluation failed.");
            if (open.Count == 0)
                break;
        }

        var run = (await site.QueryAsync<(double Seconds, long Changed)>(
            """
            select extract(epoch from finished_at - started_at)::float8, (select coalesce(sum(changed), 0) from tier_run_partitions p where p.run_id = r.id)
            from tier_runs r order by finished_at desc limit 1
            """))[0];
        reads.Sort();
        return (run.Seconds, run.Changed, reads[reads.Count * 95 / 100]);
    }
}
