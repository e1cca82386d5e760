using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.LocalStack;
using NxLoy.Functions.LocalStack.Tools;
using NxLoy.Functions.Messaging;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>How soon a purchase that is sent to Service Bus shows in its customer's tier, and what a flood of them costs.</summary>
internal static class Events
{
    private const string Topic = "loyalty-activity";
    private const int Sales = 3;
    private const int PerSecond = 1_500;
    private const int OneInWatched = 50;
    private const int Burst = 100_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            $"Purchases sent as messages to the broker of the embedded runtime, at a business with {Bench.Many:n0} customers and {Sales} earlier sales of each; the app, its broker, PostgreSQL and who sends share the cores. *Sustained*: {PerSecond:n0} a second for {Measured.TotalSeconds:n0} s, an open loop; every {OneInWatched}th lifts a customer from BRONZE to PLATINUM, and its time runs from the moment it was to be sent until the change of tier is committed. *Burst*: {Burst:n0} as fast as the broker takes them. *CPU µs*: what a message keeps a core busy in the app with its broker, and in PostgreSQL. *Growth*: the most memory that the app had resident, less what it had before.",
            "| | a second | p50 ms | p95 ms | p99 ms | slowest ms | CPU µs | database CPU µs | growth MB |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        var (port, key) = (Ports.AnyFree(), "only-for-benchmarks");
        await using var site = await bench.TierSiteAsync(Bench.Many, Sales, new()
        {
            ["EmbeddedRuntime__Broker"] = "true",
            ["EmbeddedRuntime__BrokerPort"] = port.ToString(CultureInfo.InvariantCulture),
            ["EmbeddedRuntime__BrokerKey"] = key,
            ["Events__InboundTopic"] = Topic,
            ["Events__InboundSubscription"] = "customers",
            ["Events__OutboundTopic"] = "customers-events",
        });
        await site.PutThresholdsAsync();
        await site.EvaluatedAsync();
        var customers = await site.QueryAsync<Guid>(
            "select id from customers where business_id = @business and deleted_at is null and loyalty_tier <> 'BRONZE' order by md5(id::text) limit 200000", new { business = BenchDatabase.Business });
        var watched = await site.QueryAsync<Guid>(
            "select id from customers where business_id = @business and deleted_at is null and loyalty_tier = 'BRONZE' order by md5(id::text) limit @most",
            new { business = BenchDatabase.Business, most = (int)(PerSecond * (WarmUp + Measured).TotalSeconds) / OneInWatched + 1 });
        await site.SettleAsync();
        await using var publisher = new EventPublisher(
            new ConfigurationBuilder().AddInMemoryCollection([new("ServiceBus", $"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey={key};UseDevelopmentEmulator=true")]).Build(),
            NullLogger<EventPublisher>.Instance);

        var before = site.App.Resident;
        site.App.ForgetPeak();
        var run = new Run(site, publisher, customers, watched);
        var (app, database) = (site.App.CpuMicroseconds, bench.DatabaseCpuMicroseconds);
        var times = await run.SustainAsync();
        section.Row($"| sustained | {PerSecond:n0} | {At(times, 50)} | {At(times, 95)} | {At(times, 99)} | {Section.Ms(times[^1])} | {(site.App.CpuMicroseconds - app) / run.Sent:n0} | {(bench.DatabaseCpuMicroseconds - database) / run.Sent:n0} | {site.App.Peak - before:n0} |");
        section.Goal($"{PerSecond:n0} transactions a second: from message to changed tier within 1 s, p95", $"{At(times, 95)} ms", times[times.Count * 95 / 100] < 1000);

        before = site.App.Resident;
        site.App.ForgetPeak();
        (app, database) = (site.App.CpuMicroseconds, bench.DatabaseCpuMicroseconds);
        var (sending, drained) = await run.FloodAsync();
        var growth = site.App.Peak - before;
        section.Row($"| burst, sent | {Burst / sending.TotalSeconds:n0} | | | | | | | |");
        section.Row($"| burst, recorded | {Burst / drained.TotalSeconds:n0} | | | | | {(site.App.CpuMicroseconds - app) / Burst:n0} | {(bench.DatabaseCpuMicroseconds - database) / Burst:n0} | {growth:n0} |");
        section.Goal($"a burst of {Burst:n0} messages is recorded without growth of memory", $"{growth:n0} MB", growth < 100);
        section.Goal("every message is recorded once", $"{run.Sent:n0} of {run.Sent:n0}", true); // or it would have thrown
        return section;
    }

    private static string At(List<double> times, int percent) => Section.Ms(times[times.Count * percent / 100]);

    private sealed class Run(TierSite site, EventPublisher publisher, IReadOnlyList<Guid> customers, IReadOnlyList<Guid> watched)
    {
        public int Sent { get; private set; }

        /// <summary>Milliseconds from when a watched purchase was to be sent until others could see its customer's tier, in order of size.</summary>
        public async Task<List<double>> SustainAsync()
        {
            var (start, started) = (Stopwatch.GetTimestamp(), DateTime.UtcNow);
            var count = (int)(PerSecond * (WarmUp + Measured).TotalSeconds);
            var sending = new List<Task>();
            for (var n = 0; n < count; await Task.Delay(1))
                for (; n < count && n / (double)PerSecond <= Stopwatch.GetElapsedTime(start).TotalSeconds; n++)
                {
                    var isWatched = n % OneInWatched == 0;
                    sending.Add(SendAsync(isWatched ? watched[n / OneInWatched] : customers[n % customers.Count], isWatched ? 10_000 : 10));
                }

            await Task.WhenAll(sending);
            await RecordedAsync(Sent += count);
            var seen = (await site.QueryAsync<(Guid Customer, DateTime At)>(
                """
                select customer_id, pg_xact_commit_timestamp(xmin) from tier_changes
                where business_id = @business and changed_at >= @started and to_tier = 'PLATINUM' and customer_id = any(@watched)
                """,
                new { business = BenchDatabase.Business, started, watched })).ToDictionary(one => one.Customer, one => one.At);
            return [.. Enumerable.Range(0, count / OneInWatched).Skip((int)(WarmUp.TotalSeconds * PerSecond) / OneInWatched)
                .Select(n => (seen[watched[n]] - started.AddSeconds((double)n * OneInWatched / PerSecond)).TotalMilliseconds).Order()];
        }

        public async Task<(TimeSpan Sending, TimeSpan Drained)> FloodAsync()
        {
            var watch = Stopwatch.StartNew();
            await Parallel.ForAsync(0, Burst, new ParallelOptions { MaxDegreeOfParallelism = 400 }, async (n, _) => await SendAsync(customers[n * 7 % customers.Count], 10));
            var sending = watch.Elapsed;
            await RecordedAsync(Sent += Burst);
            return (sending, watch.Elapsed);
        }

        private Task SendAsync(Guid customer, decimal amount)
        {
            var id = Guid.CreateVersion7().ToString();
            return publisher.SendAsync(
                Topic,
                new OutgoingMessage(id, "transactions.transaction.completed", "application/cloudevents+json", JsonSerializer.SerializeToUtf8Bytes(new
                {
                    specversion = "1.0", id, source = "/bench", type = "transactions.transaction.completed",
                    data = new { transactionId = $"bench-{id}", businessId = BenchDatabase.Business, customerId = customer, amount, currency = "BRL", occurredAt = DateTimeOffset.UtcNow },
                })),
                CancellationToken.None);
        }

        private async Task RecordedAsync(int count)
        {
            for (var watch = Stopwatch.StartNew(); ; await Task.Delay(1_000))
            {
                var recorded = (await site.QueryAsync<long>("select count(*) from transactions where business_id = @business and id >= 'bench-' and id < 'bench.'", new { business = BenchDatabase.Business }))[0];
                if (recorded == count)
                    return;
                if (recorded > count || watch.Elapsed > Patience)
                    throw new LauncherException($"{recorded:n0} of {count:n0} purchases are recorded after {watch.Elapsed}.");
            }
        }
    }
}
