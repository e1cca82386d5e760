using System.Text.Json.Nodes;
using Microsoft.DurableTask;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Names, versions and options do what they do on the real host.</summary>
public sealed class OptionsTests(DurableHost durable) : IClassFixture<DurableHost>
{
    [Fact]
    public async Task Orchestrator_GoesByTheNameInItsTrigger_NotByItsFunctions()
    {
        Assert.Equal("OrchestratedByAnotherName of ", await durable.OutputOfAsync<string>("OrchestratedByAnotherName"));
        Assert.Contains("'RenamedOrchestrator' doesn't exist", (await durable.RunAsync("RenamedOrchestrator")).SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClientOfANamedHub_WorksOnTheOneThereIs_AndItsMetadataHasTheNames()
    {
        await durable.Host.InvokeAsync(nameof(SampleOrchestrations.StartByNamedClient));

        Assert.Equal(12, (await durable.EndOfAsync("by-named-client")).ReadOutputAs<int>());
        using var http = durable.Host.CreateClient();
        var functions = JsonNode.Parse(await http.GetStringAsync($"/admin/functions?code={durable.Host.MasterKey}"))!.AsArray();
        var bindings = functions.Single(f => (string?)f!["name"] == nameof(SampleOrchestrations.StartByNamedClient))!["config"]!["bindings"]!.AsArray();
        Assert.Equal(
            """{"name":"client","direction":"In","type":"durableClient","taskHub":"AnotherHub","connectionName":"AnotherStorage"}""", bindings[1]!.ToJsonString());
    }

    [Fact]
    public async Task RetryHandler_IsToldNumberReasonAndTime_AndTheFailureTellsWhere() => Assert.Equal(
        [
            "1 System.InvalidOperationException run 1 too slow True",
            "2 System.InvalidOperationException run 2 too slow True",
            "3 System.InvalidOperationException run 3 too slow True",
            "Flaky 4 True True",
        ],
        (await durable.OutputOfAsync<string[]>(nameof(SampleOrchestrations.ToldWhy)))!);

    [Fact]
    public async Task SubOrchestration_IsOfTheVersionAndIdInItsOptions()
    {
        var end = await durable.RunAsync(nameof(SampleOrchestrations.ParentOfVersions), options: new StartOrchestrationOptions { InstanceId = "of-versions" });

        Assert.Equal([" -1", "2.0 0", "3.0 1", "OrchestratedByAnotherName of 3.0"], end.ReadOutputAs<string[]>()!);
        Assert.Equal("3.0 1", (await durable.EndOfAsync("of-versions-named")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("Go", "here", "here")]
    [InlineData("GiveUp", "", "given up")]
    public async Task ExternalEvent_IsWaitedForUntilItComesOrTheTokenIsCancelled(string name, string payload, string output)
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.GivesUp));

        await durable.Client.RaiseEventAsync(id, name, payload);

        Assert.Equal(output, (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }
}
