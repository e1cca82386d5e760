using System.Diagnostics;
using Dapper;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using NxLoy.Functions.Benchmarks.Report;
using NxLoy.Functions.Benchmarks.Servers;
using NxLoy.Functions.Embedded;
using NxLoy.Functions.Embedded.Durable;

namespace NxLoy.Functions.Benchmarks.Parts;

/// <summary>Durable Functions on the embedded runtime: throughput, how soon work is picked up, and what sleepers cost.</summary>
internal static class DurableWork
{
    private const int FanOut = 1000;
    private const int Runs = 5;
    private const int Sleepers = 10_000;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task<Section> RunAsync(Bench bench)
    {
        var section = new Section(
            $"Orchestrations on the embedded runtime. *Fan-out*: one orchestration calls {FanOut:n0} activities that do nothing and waits for all, {Runs} times, the median; beside it how many single rows one connection of the same server commits. *Picked up*: from the commit that starts an instance to the beginning of its first step, 200 times. *Idle*: processor time of app and PostgreSQL together while nothing happens.",
            "| | figure |", "| --- | ---: |");
        var server = await bench.ServerAsync();
        await using var database = await Hub.CreateAsync(server);
        await using var host = await StartAsync(database.ConnectionString);
        var client = host.Services.GetRequiredService<DurableClient>();

        var commits = await CommitsAsync(database, bench.Seconds);
        section.Row($"| single-row commits a second, one connection | {commits:n0} |");
        await FanOutAsync(client); // compiles
        var perSecond = await FanOutAsync(client);
        section.Row($"| activities completed a second, fan-out | {perSecond:n0} |");
        section.Goal("200 activity completions a second or more", $"{perSecond:n0}", perSecond >= 200);

        var (p50, p95, p99) = await PickUpAsync(client, database);
        section.Row($"| picked up after, p50 / p95 / p99 | {Section.Ms(p50)} / {Section.Ms(p95)} / {Section.Ms(p99)} ms |");
        section.Goal("work is picked up within 50 ms, p95", $"{Section.Ms(p95)} ms", p95 < 50);

        var empty = await IdleAsync(server);
        for (var n = 0; n < Sleepers; n++)
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(Functions.Sleep));
        await database.SettleAsync();
        var asleep = await IdleAsync(server);
        var among = await FanOutAsync(client);
        section.Row($"| idle, no instance | {empty:p2} of a core |");
        section.Row($"| idle, {Sleepers:n0} sleeping instances | {asleep:p2} of a core |");
        section.Row($"| activities completed a second, fan-out among {Sleepers:n0} sleepers | {among:n0} |");
        section.Goal($"{Sleepers:n0} sleepers cost less than 1 % of a core", $"{asleep - empty:p2}", asleep - empty < 0.01);
        section.Goal("200 activity completions a second among them", $"{among:n0}", among >= 200);
        return section;
    }

    private static Task<FunctionsTestHost> StartAsync(string database) => FunctionsTestHost.StartAsync(
        async args =>
        {
            var builder = FunctionsApplication.CreateBuilder(args);
            builder.ConfigureFunctionsWebApplication();
            await builder.Build().RunAsync();
        },
        [typeof(Functions)],
        new Dictionary<string, string?> { ["EmbeddedRuntime:Database"] = database });

    private static async Task<double> CommitsAsync(Hub database, int seconds)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.ExecuteAsync("create table commits (n int)");
        var (count, watch) = (0, Stopwatch.StartNew());
        for (; watch.Elapsed < TimeSpan.FromSeconds(seconds); count++)
            await connection.ExecuteAsync("insert into commits values (@count)", new { count });
        return count / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> FanOutAsync(DurableClient client)
    {
        var times = new List<double>();
        for (var run = 0; run < Runs; run++)
        {
            var watch = Stopwatch.StartNew();
            var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(Functions.FanOutAsync));
            var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
            if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed)
                throw new InvalidOperationException(end.SerializedOutput);
            times.Add(watch.Elapsed.TotalSeconds);
        }

        return FanOut / times.Order().ElementAt(Runs / 2);
    }

    private static async Task<(double P50, double P95, double P99)> PickUpAsync(DurableClient client, Hub database)
    {
        const int Times = 200;
        for (var n = 0; n < Times; n++)
            await client.WaitForInstanceCompletionAsync(
                await client.ScheduleNewOrchestrationInstanceAsync(nameof(Functions.Nothing), new StartOrchestrationOptions($"picked-up-{n}")));
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        var waits = (await connection.QueryAsync<double>(
            """
            select 1000 * extract(epoch from (h.event::jsonb ->> 'Timestamp')::timestamptz - i.created_at)::float8
            from functions_host.durable_instances i join functions_host.durable_history h on h.instance = i.id and h.sequence = 1
            where i.id like 'picked-up-%'
            """)).Order().ToList();
        return (waits[Times / 2], waits[Times * 95 / 100], waits[Times * 99 / 100]);
    }

    private static async Task<double> IdleAsync(BenchPostgres server)
    {
        using var own = Process.GetCurrentProcess();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (before, ofServer) = (CpuTime.Of(own.Id), server.CpuMicroseconds);
        await Task.Delay(Idle);
        return (CpuTime.Of(own.Id) - before + server.CpuMicroseconds - ofServer) / Idle.TotalMicroseconds;
    }

    internal static class Functions
    {
        [Function(nameof(FanOutAsync))]
        public static Task FanOutAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
            Task.WhenAll(Enumerable.Range(0, FanOut).Select(n => context.CallActivityAsync<int>(nameof(Same), n)));

        [Function(nameof(Nothing))]
        public static Task Nothing([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(context.InstanceId);

        [Function(nameof(Sleep))]
        public static Task Sleep([OrchestrationTrigger] TaskOrchestrationContext context) => context.CreateTimer(TimeSpan.FromDays(30), CancellationToken.None);

        [Function(nameof(Same))]
        public static int Same([ActivityTrigger] int number) => number;
    }

    /// <summary>An empty database for the runtime's own tables.</summary>
    private sealed class Hub(string connectionString, string superuser) : IAsyncDisposable
    {
        private const string Name = "bench_durable";

        public string ConnectionString => connectionString;

        public static async Task<Hub> CreateAsync(BenchPostgres server)
        {
            await using var connection = new NpgsqlConnection(server.Superuser("postgres"));
            await connection.ExecuteAsync($"drop database if exists {Name} with (force)");
            await connection.ExecuteAsync($"create database {Name}");
            return new Hub(new NpgsqlConnectionStringBuilder(server.Superuser(Name)) { Pooling = true }.ConnectionString, server.Superuser("postgres"));
        }

        /// <summary>Waits until the sleepers sleep, and leaves the server nothing to tidy up.</summary>
        public async Task SettleAsync()
        {
            await using var connection = new NpgsqlConnection(connectionString);
            while (await connection.ExecuteScalarAsync<long>("select count(*) from functions_host.durable_instances where status = 'Pending'") > 0)
                await Task.Delay(200);
            await connection.ExecuteAsync("vacuum analyze");
            await connection.ExecuteAsync("checkpoint", commandType: System.Data.CommandType.Text); // one word alone would be a procedure to Dapper
        }

        public async ValueTask DisposeAsync()
        {
            await using var connection = new NpgsqlConnection(superuser);
            await connection.ExecuteAsync($"drop database if exists {Name} with (force)");
        }
    }
}
