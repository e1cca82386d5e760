using NxLoy.Functions.IntegrationTests.Embedded;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>A process is killed wherever it could leave something half done; what comes out is always the same.</summary>
[Trait("Category", "Slow")]
public sealed class CrashTests
{
    private const string Result = "Completed \"waiting\" \"30 retried 900 on\"";

    [Fact]
    public async Task Saga_KilledAtItsNthCommit_ForEveryN_EndsWithTheSameResult()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await database.ExecuteAsync("create table saga_calls (id text primary key, calls int not null)");
        await using var proxy = new CommitProxy(database.ConnectionString) { Counts = Moments.Commits };
        var settings = new Dictionary<string, string> { ["EmbeddedRuntime__Database"] = proxy.ConnectionString, ["EmbeddedRuntime__Lease"] = "00:10:00" };
        var saga = "";

        await new CrashLoop<SampleProcess>(proxy, () => SampleProcess.StartAsync(settings))
        {
            Prepare = n =>
            {
                saga = $"saga-{n}";
                return Task.CompletedTask;
            },
            Begin = app => RunAsync(app, saga),
            HasEnded = () => Task.FromResult(true), // it was waited for
            Check = async app =>
            {
                Assert.Equal(Result, await app.Client.GetStringAsync($"/api/sagas/{saga}"));
                Assert.Equal(await database.ScalarAsync<long>("select count(*) from functions_host.durable_history"),
                    await database.ScalarAsync<long>("select sum(history_length) from functions_host.durable_instances"));
            },
        }.RunAsync(moreThan: 10);

        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from functions_host.durable_messages"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from functions_host.durable_activities"));
    }

    [Fact]
    public async Task TwoProcesses_ShareTheSagas_AndOneIsKilledInTheMiddle()
    {
        await using var database = await RuntimeDatabase.CreateAsync();
        await database.ExecuteAsync("create table saga_calls (id text primary key, calls int not null)");
        var settings = new Dictionary<string, string> { ["EmbeddedRuntime__Database"] = database.ConnectionString, ["EmbeddedRuntime__Lease"] = "00:00:02" };
        await using var survivor = await SampleProcess.StartAsync(settings);
        await using var victim = await SampleProcess.StartAsync(settings);
        var sagas = Enumerable.Range(0, 30).Select(n => $"shared-{n}").ToList();
        foreach (var saga in sagas)
            (await victim.Client.PostAsync($"/api/sagas/{saga}", null)).EnsureSuccessStatusCode();

        await Eventually.TrueAsync(async () => await database.ScalarAsync<long>("select count(*) from functions_host.durable_history") > 300);
        victim.Kill();

        foreach (var saga in sagas)
        {
            await RunAsync(survivor, saga);
            Assert.Equal(Result, await survivor.Client.GetStringAsync($"/api/sagas/{saga}"));
        }

        Assert.Equal(await database.ScalarAsync<long>("select count(*) from functions_host.durable_history"),
            await database.ScalarAsync<long>("select sum(history_length) from functions_host.durable_instances"));
    }

    private static async Task RunAsync(SampleProcess app, string saga)
    {
        (await app.Client.PostAsync($"/api/sagas/{saga}", null)).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(async () =>
        {
            var state = await app.Client.GetStringAsync($"/api/sagas/{saga}");
            if (state.StartsWith("Running", StringComparison.Ordinal))
                (await app.Client.PostAsync($"/api/sagas/{saga}/event", null)).Dispose();
            return state.StartsWith("Completed", StringComparison.Ordinal) || state.StartsWith("Failed", StringComparison.Ordinal);
        });
    }
}
