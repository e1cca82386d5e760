using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>The durable client lists and purges instances as the real one does.</summary>
public sealed class ClientListTests(DurableHost durable) : IClassFixture<DurableHost>
{
    private static readonly string Approval = nameof(SampleOrchestrations.Approval);

    private DurableTaskClient Client => durable.Client;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PurgeAll_TakesTheChildrenOfWhatItFindsAlongOnlyIfAsked(bool recursive)
    {
        var parent = await durable.StartAsync(nameof(SampleOrchestrations.WaitsForChild));
        await Eventually.TrueAsync(async () => await Client.GetInstanceAsync($"{parent}-child") is { IsRunning: true });
        await Client.RaiseEventAsync($"{parent}-child", "Approval", true);
        var ended = await durable.EndOfAsync(parent);

        var exactly = new PurgeInstancesFilter(ended.CreatedAt, ended.CreatedAt) { Timeout = TimeSpan.FromMinutes(1) };
        var purged = await Client.PurgeAllInstancesAsync(exactly, new PurgeInstanceOptions(recursive));

        Assert.Equal((recursive ? 2 : 1, true), (purged.PurgedInstanceCount, purged.IsComplete));
        Assert.Null(await Client.GetInstanceAsync(parent));
        Assert.Equal(recursive, await Client.GetInstancesAsync($"{parent}-child", getInputsAndOutputs: false, CancellationToken.None) is null);
    }

    [Fact]
    public async Task List_PagesInOrder_ByStatusPrefixAndTime()
    {
        var from = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        foreach (var n in Enumerable.Range(0, 5))
            await durable.RunAsync(nameof(SampleOrchestrations.FanOut), 1, new StartOrchestrationOptions($"listed-{n}"));
        await Client.ScheduleNewOrchestrationInstanceAsync(Approval, new StartOrchestrationOptions("listed-running"));

        var query = new OrchestrationQuery(from, DateTimeOffset.UtcNow, [OrchestrationRuntimeStatus.Completed], InstanceIdPrefix: "listed-", PageSize: 2);
        var pages = await PagesAsync(query);

        Assert.Equal([2, 2, 1], pages.Select(page => page.Values.Count));
        Assert.Equal(["listed-0", "listed-1", "listed-2", "listed-3", "listed-4"], pages.SelectMany(page => page.Values).Select(i => i.InstanceId));
        var all = new List<string>();
        await foreach (var instance in Client.GetAllInstancesAsync(query with { Statuses = null }))
            all.Add(instance.InstanceId);
        Assert.Contains("listed-running", all);
    }

    [Fact]
    public async Task List_GoesOnAfterAContinuationToken_AndHasInputsAndOutputsIfAsked()
    {
        foreach (var n in Enumerable.Range(1, 3))
            await durable.RunAsync(nameof(SampleOrchestrations.FanOut), n, new StartOrchestrationOptions($"token-{n}"));
        var query = new OrchestrationQuery { InstanceIdPrefix = "token-", PageSize = 2, TaskHubNames = ["AnotherHub"] };
        var first = (await PagesAsync(query))[0];

        var second = Assert.Single(await PagesAsync(query with { ContinuationToken = first.ContinuationToken, FetchInputsAndOutputs = true }));

        Assert.Null(second.ContinuationToken);
        var last = Assert.Single(second.Values);
        Assert.Equal(("token-3", 3, 12), (last.InstanceId, last.ReadInputAs<int>(), last.ReadOutputAs<int>()));
        Assert.All(first.Values, instance => Assert.Equal((null, null), (instance.SerializedInput, instance.SerializedOutput)));
    }

    [Fact]
    public async Task List_HasAHundredToAPageUnlessAsked_AndFindsNothingInStatesThatNobodyIsIn()
    {
        await durable.Database.ExecuteAsync(
            """
            insert into functions_host.durable_instances (id, execution, name, version, status, start_event, created_at, last_updated_at)
            select 'hundred-' || n, gen_random_uuid(), 'FanOut', '', 'Completed', '{}', now(), now() from generate_series(1, 101) n
            """);
        var query = new OrchestrationQuery { InstanceIdPrefix = "hundred-" };

        Assert.Equal([OrchestrationQuery.DefaultPageSize, 1], (await PagesAsync(query)).Select(page => page.Values.Count));
        Assert.Equal(100, OrchestrationQuery.DefaultPageSize);
#pragma warning disable CS0618 // Mirrored, so they can be asked for
        Assert.Empty(Assert.Single(await PagesAsync(query with { Statuses = [OrchestrationRuntimeStatus.ContinuedAsNew, OrchestrationRuntimeStatus.Canceled] })).Values);
#pragma warning restore CS0618
    }

    [Fact]
    public async Task Purge_RemovesWhatEnded_AndNothingThatRuns()
    {
        var parent = await durable.RunAsync(nameof(SampleOrchestrations.Parent), options: new StartOrchestrationOptions("purged"));
        var running = await durable.StartAsync(Approval);

        Assert.Equal(0, (await Client.PurgeInstanceAsync(running, CancellationToken.None)).PurgedInstanceCount);
        Assert.Equal(6, (await Client.PurgeInstanceAsync(parent.InstanceId, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
        Assert.Null(await Client.GetInstanceAsync("purged-own"));

        await durable.RunAsync("NoSuchOrchestrator");
        var purged = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [OrchestrationRuntimeStatus.Failed]), CancellationToken.None);
        Assert.True(purged is { PurgedInstanceCount: >= 1, IsComplete: true });
        Assert.NotNull(await Client.GetInstanceAsync(running));
    }

    private async Task<List<Page<OrchestrationMetadata>>> PagesAsync(OrchestrationQuery query)
    {
        var pages = new List<Page<OrchestrationMetadata>>();
        await foreach (var page in Client.GetAllInstancesAsync(query).AsPages())
            pages.Add(page);
        return pages;
    }
}
