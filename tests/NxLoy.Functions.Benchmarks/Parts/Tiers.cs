using System.Diagnostics;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.LocalStack;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>How long an evaluation of everybody takes, beside one bare pass of SQL over the same sales.</summary>
internal static class Tiers
{
    private const int Sales = 10;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            $"A business with {Bench.Many:n0} customers and {Sales} sales of each, evaluated by the whole app: an orchestration of 10,000 customers an activity. *Bare pass*: one statement that sums each customer's windows of a month, a quarter and a year, as superuser, the median of three. *New thresholds*: everybody is evaluated by the first ones, and more than half have another tier then: a row in four tables and an event each. *New day*: the same as at a change of date, when sales of a thousandth of the customers leave a window, and who falls below moves at once. *Beside load*: meanwhile one client reads profiles and another records purchases, {1 / Pace.TotalSeconds:n0} a second each.",
            "| | seconds | tiers changed | app CPU s | database CPU s | profile p95 ms | purchase p95 ms |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        await using var site = await bench.TierSiteAsync(Bench.Many, Sales);
        await site.QueryAsync<int>("update businesses set grace_months = 0 where id = @business", new { business = BenchDatabase.Business });
        var customers = await site.QueryAsync<Guid>(
            "select id from customers where business_id = @business and deleted_at is null order by md5(id::text) limit 1000", new { business = BenchDatabase.Business });
        await site.SettleAsync();
        var bare = await BareAsync(site);
        section.Row($"| bare pass | {bare:n1} | | | | | |");

        section.Row((await MeasureAsync(bench, site, site.PutThresholdsAsync)).Row("new thresholds"));
        await DayPassesAsync(site, 0);
        var day = await MeasureAsync(bench, site, () => RecalculateAsync(site));
        section.Row(day.Row("new day"));
        await DayPassesAsync(site, 1);
        var busy = await MeasureAsync(bench, site, () => RecalculateAsync(site), customers);
        section.Row(busy.Row("new day, beside load"));

        section.Goal("a new day is evaluated in under 60 s", $"{day.Seconds:n1} s", day.Seconds < 60);
        section.Goal("a new day takes at most twice the bare pass", $"{day.Seconds / bare:n1} times", day.Seconds <= 2 * bare);
        section.Goal("profiles are read under 50 ms meanwhile, p95", $"{Section.Ms(busy.Profile!.Value)} ms", busy.Profile < 50);
        section.Goal("purchases are recorded under 100 ms meanwhile, p95", $"{Section.Ms(busy.Purchase!.Value)} ms", busy.Purchase < 100);
        return section;
    }

    /// <summary>As if the last evaluation had been yesterday's: what was the first day of a window then is in it no more.</summary>
    /// <param name="before">How many days have passed so before.</param>
    private static async Task DayPassesAsync(TierSite site, int before)
    {
        await site.QueryAsync<int>(
            """
            update tier_evaluations set through_day = through_day - 1;
            update tier_states set evaluated_on = evaluated_on - 1;
            update transactions set local_day = local_day - 1 - @before
            where local_day in ((current_date - interval '1 year')::date + 1 + @before, (current_date - interval '3 months')::date + 1 + @before)
            """,
            new { before });
        await site.QueryAsync<int>("vacuum (analyze)");
        await site.SettleAsync();
    }

    private static async Task RecalculateAsync(TierSite site) =>
        await ExpectAsync(await site.Client.PostAsync(new Uri("/api/v1/tiers/recalculate", UriKind.Relative), null));

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

    /// <param name="beside">Whose profiles are read and purchases recorded meanwhile; null where nothing else is done.</param>
    private static async Task<Run> MeasureAsync(Bench bench, TierSite site, Func<Task> start, IReadOnlyList<Guid>? beside = null)
    {
        var (app, database) = (site.App.CpuMicroseconds, bench.DatabaseCpuMicroseconds);
        var since = DateTime.UtcNow;
        using var over = new CancellationTokenSource();
        await start();
        var reads = beside is null ? null : TimesAsync(n => site.Client.GetAsync(new Uri($"/api/v1/customers/{beside[n % beside.Count]}", UriKind.Relative)), over.Token);
        var purchases = beside is null ? null : TimesAsync(n => site.PurchaseAsync(beside[n * 7 % beside.Count]), over.Token);
        await site.EvaluatedAsync();
        await over.CancelAsync();
        var run = (await site.QueryAsync<(double Seconds, long Changed)>(
            """
            select extract(epoch from max(r.finished_at) - min(r.started_at))::float8, coalesce(sum(p.changed), 0)::bigint
            from tier_runs r left join tier_run_partitions p on p.run_id = r.id
            where r.started_at >= @since
            """,
            new { since }))[0];
        return new Run(
            run.Seconds, run.Changed, (site.App.CpuMicroseconds - app) / 1e6, (bench.DatabaseCpuMicroseconds - database) / 1e6,
            reads is null ? null : await reads, purchases is null ? null : await purchases);
    }

    /// <returns>The time that 95 of 100 calls stay under, in ms.</returns>
    private static async Task<double> TimesAsync(Func<int, Task<HttpResponseMessage>> call, CancellationToken over)
    {
        var times = new List<double>();
        using var pace = new PeriodicTimer(Pace);
        while (!over.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            await ExpectAsync(await call(times.Count));
            times.Add(watch.Elapsed.TotalMilliseconds);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        times.Sort();
        return times[times.Count * 95 / 100];
    }

    private sealed record Run(double Seconds, long Changed, double App, double Database, double? Profile, double? Purchase)
    {
        public string Row(string what) =>
            $"| {what} | {Seconds:n1} | {Changed:n0} | {App:n1} | {Database:n1} | {Of(Profile)} | {Of(Purchase)} |";

        private static string Of(double? milliseconds) => milliseconds is { } known ? Section.Ms(known) : "";
    }
}
