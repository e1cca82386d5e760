using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using NxLoy.Functions.Embedded.Durable;
using NxLoy.Functions.IntegrationTests.Fixtures;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>
/// Histories that earlier builds wrote replay on this one. Each file in Histories is the answer of the management endpoint
/// with showHistory=true; a change that breaks one needs a new version of its orchestrator (docs/durable-functions.md).
/// </summary>
public sealed class StoredHistoryTests(TestApp app, DurableHost durable) : IClassFixture<TestApp>, IClassFixture<DurableHost>
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Durable", "Histories");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileName(file)!).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task EveryStep_IsTakenAgainAsItWas(string file)
    {
        var stored = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, file)))!;
        var host = file.StartsWith("Sample", StringComparison.Ordinal) ? durable.Host : app.Host;
        var executor = host.Services.GetRequiredService<OrchestrationExecutor>();
        var history = stored["historyEvents"]!.AsArray().Select(e => HistoryEvent.FromJson(e!.ToJsonString())).ToList();
        var starts = Enumerable.Range(0, history.Count).Where(index => history[index] is OrchestratorStartedEvent).Append(history.Count).ToList();
        Assert.True(starts.Count > 2, "A history of one step shows nothing.");

        foreach (var (from, to) in starts.Zip(starts.Skip(1)))
        {
            var step = history[from..to];
            var news = step.Where(e => e is not (ActionEvent or ExecutionCompletedEvent)).ToList();

            var outcome = executor.Execute((string)stored["instanceId"]!, history[..from], news, () => { });

            Assert.Equal(step.Select(e => e.ToJson()), outcome.Appended.Select(e => e.ToJson()));
        }
    }

    [Fact]
    public async Task ChangedOrchestrator_IsFoundByItsStoredHistory()
    {
        var stored = await File.ReadAllTextAsync(Path.Combine(Folder, "SampleChain.json"));
        var history = JsonNode.Parse(stored.Replace("NothingToSay", "SomethingElse", StringComparison.Ordinal))!["historyEvents"]!.AsArray()
            .Select(e => HistoryEvent.FromJson(e!.ToJsonString())).ToList();
        var last = history.FindLastIndex(e => e is OrchestratorStartedEvent);

        var outcome = durable.Host.Services.GetRequiredService<OrchestrationExecutor>().Execute("changed", history[..last], [history[last]], () => { });

        Assert.Equal(OrchestrationRuntimeStatus.Failed, outcome.Status);
        Assert.Contains("its history has activity SomethingElse as call 2, where it now asks for activity NothingToSay", outcome.Output, StringComparison.Ordinal);
    }
}
