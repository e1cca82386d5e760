using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Several hosts on one database, time that moves, versions, and work that lies still.</summary>
public sealed class SharedWorkTests(DurableHost durable) : IClassFixture<DurableHost>
{
    [Fact]
    public async Task WeeksLongTimers_WakeWhenBusinessTimeJumps_OnEveryHost()
    {
        await using var other = await durable.StartAnotherAsync();
        var sleeping = await durable.StartAsync(nameof(SampleOrchestrations.Sleeper), TimeSpan.FromDays(30));
        var waiting = await durable.StartAsync(nameof(SampleOrchestrations.Approval));
        var first = await durable.StartAsync(nameof(SampleOrchestrations.FirstOfTwo));

        await durable.Host.AdvanceAsync(TimeSpan.FromDays(29));
        Assert.Equal("timer", (await durable.EndOfAsync(first)).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await durable.Client.GetInstanceAsync(sleeping))!.RuntimeStatus);

        await durable.Host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal("True", (await durable.EndOfAsync(sleeping)).ReadOutputAs<string>());
        Assert.Equal("too late", (await durable.EndOfAsync(waiting)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TwoHosts_ShareOneFanOut_AndNoHistoryIsAppendedTwice()
    {
        await using var other = await durable.StartAnotherAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => durable.RunAsync(nameof(SampleOrchestrations.FanOut), 40)));

        Assert.All(all, end => Assert.Equal(1640, end.ReadOutputAs<int>()));
        foreach (var end in all)
        {
            var history = await durable.Host.Services.GetRequiredService<InstanceStore>().HistoryAsync(end.InstanceId, CancellationToken.None);
            Assert.Equal(40, history.Count(e => e.Contains("\"TaskCompleted\"", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task WorkOfAnotherHost_IsPickedUpByItsNotification()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var one = await StartWithoutPollingAsync(Setting("maxConcurrentActivityFunctions", "0"));
        await using var other = await StartWithoutPollingAsync(Setting("maxConcurrentOrchestratorFunctions", "0"));
        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and query = 'listen functions_host_durable'") == 2);
        var client = one.Services.GetRequiredService<DurableClient>();

        // What one asks for only the other can do, which answers: neither would look for it by itself.
        var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Chain), 1);

        Assert.True((await client.WaitForInstanceCompletionAsync(id).WaitAsync(Eventually.Patience)).IsCompleted);

        Task<NxLoy.Functions.Embedded.FunctionsTestHost> StartWithoutPollingAsync((string, string?) setting) =>
            Embedded.SampleApp.StartAsync<SampleOrchestrations>(
                _ => { },
                services => services.AddSingleton(provider => new DurableOptions(provider.GetRequiredService<IConfiguration>())
                {
                    ShortestIdlePause = TimeSpan.FromHours(1), LongestIdlePause = TimeSpan.FromHours(1),
                }),
                database.Setting, setting);
    }

    [Fact]
    public async Task HostThatStops_GivesItsWorkBack_AndAnActivityItEndedIsNoFailure()
    {
        var other = await durable.StartAnotherAsync();
        var id = await durable.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.FanOut), 200);

        await other.DisposeAsync();

        Assert.Equal(40_200, (await durable.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task WorkOfADeadHost_IsTakenOverWhenItsLeaseEnds()
    {
        var dead = Guid.NewGuid();
        await durable.Database.ExecuteAsync($"insert into functions_host.durable_workers values ('{dead}', clock_timestamp() + interval '1 second')");
        await durable.Database.ExecuteAsync(
            $$"""
            insert into functions_host.durable_instances (id, execution, name, version, status, start_event, created_at, last_updated_at, wake_at, worker)
            values ('orphan', gen_random_uuid(), 'FanOut', '', 'Pending', '{"EventType":"ExecutionStarted","Name":"FanOut","Version":"","Input":"3"}', now(), now(), now(), '{{dead}}')
            """);

        Assert.Equal(12, (await durable.EndOfAsync("orphan")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task LostClaim_OfThisVeryHost_IsFreedByItsNextSignOfLife()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Approval));
        await durable.Database.ExecuteAsync($"update functions_host.durable_instances set worker = '{durable.Host.Services.GetRequiredService<Worker>().Id}' where id = '{id}'");

        await durable.Client.RaiseEventAsync(id, "Approval", true);

        Assert.Equal("approved", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task DatabaseThatHangsUp_HoldsNothingUpForLong()
    {
        // By itself: a connection that was cut while nobody used it fails whoever uses it next.
        var alone = new DurableHost();
        await alone.InitializeAsync();
        try
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => alone.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.FanOut), 100)));
            for (var n = 0; n < 5; n++)
            {
                await Task.Delay(100);
                await alone.Database.ExecuteAsync(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'functions_host'");
            }

            foreach (var id in ids)
            {
                await Eventually.TrueAsync(async () => await alone.Database.ScalarAsync<string>($"select status from functions_host.durable_instances where id = '{id}'") == "Completed");
                Assert.Equal("10100", await alone.Database.ScalarAsync<string>($"select output from functions_host.durable_instances where id = '{id}'"));
            }
        }
        finally
        {
            await alone.DisposeAsync();
        }
    }

    [Fact]
    public async Task ThousandsOfSleepers_AreNotLookedAt()
    {
        await durable.Database.ExecuteAsync(
            """
            insert into functions_host.durable_instances (id, execution, name, version, status, start_event, created_at, last_updated_at, wake_at)
            select 'sleeper-' || n, gen_random_uuid(), 'Approval', '', 'Running', '{}', now(), now(), now() + interval '300 days' + n * interval '1 second'
            from generate_series(1, 10000) n
            """);
        await durable.Database.ExecuteAsync("analyze functions_host.durable_instances");

        var plan = await durable.Database.ScalarAsync<string>("explain (format json) select id from functions_host.durable_instances where wake_at <= now() order by wake_at limit 20");

        Assert.Contains("durable_instances_due", plan, StringComparison.Ordinal);
        await durable.Database.ExecuteAsync("delete from functions_host.durable_instances where id like 'sleeper-%'");
    }

    [Theory]
    [InlineData("Strict", "Fail", "1.0", "is not run here")]
    [InlineData("CurrentOrOlder", "Fail", "3.0", "is not run here")]
    [InlineData("CurrentOrOlder", "Fail", "1.0", null)]
    [InlineData("None", "Reject", "3.0", null)]
    public async Task VersionStrategy_DecidesWhatAHostRuns(string match, string failure, string version, string? refusal)
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var host = await Embedded.SampleApp.StartAsync<SampleOrchestrations>(
            database.Setting, Setting("defaultVersion", "2.0"), Setting("versionMatchStrategy", match), Setting("versionFailureStrategy", failure));
        var client = host.Services.GetRequiredService<DurableClient>();

        var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Versioned), new StartOrchestrationOptions { Version = version });
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Eventually.Patience);

        Assert.Contains(refusal ?? version, end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RejectedVersion_IsLeftToAHostThatRunsIt()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await using var older = await StartAsync(database, "1.0");
        var client = older.Services.GetRequiredService<DurableClient>();
        var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Versioned), new StartOrchestrationOptions { Version = "2.0" });
        await Task.Delay(300);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await client.GetInstanceAsync(id))!.RuntimeStatus);

        await using var newer = await StartAsync(database, "2.0");

        Assert.Equal("2.0 0", (await client.WaitForInstanceCompletionAsync(id, true).WaitAsync(Eventually.Patience)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task WithoutADatabase_OrWithAnUnknownStrategy_TheHostDoesNotStart()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Embedded.SampleApp.StartAsync<SampleOrchestrations>());
        await using var database = await RuntimeDatabase.CreateAsync();
        await Assert.ThrowsAsync<FormatException>(() => Embedded.SampleApp.StartAsync<SampleOrchestrations>(database.Setting, Setting("versionMatchStrategy", "Sometimes")));
    }

    private static Task<NxLoy.Functions.Embedded.FunctionsTestHost> StartAsync(RuntimeDatabase database, string version) =>
        Embedded.SampleApp.StartAsync<SampleOrchestrations>(database.Setting, Setting("defaultVersion", version), Setting("versionMatchStrategy", "Strict"));

    private static (string, string?) Setting(string name, string value) => ($"AzureFunctionsJobHost:extensions:durableTask:{name}", value);
}
