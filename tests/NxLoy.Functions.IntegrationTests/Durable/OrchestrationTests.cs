using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>Orchestrators do what they do on the real host.</summary>
public sealed class OrchestrationTests(DurableHost durable) : IClassFixture<DurableHost>
{
    [Fact]
    public async Task Activities_AreCalledByName_WithInputsAndOutputsAsJson() =>
        Assert.Equal("20 x tea by Describe, LOUD", await durable.OutputOfAsync<string>(nameof(SampleOrchestrations.Chain), 5));

    [Fact]
    public async Task FanOut_OfAThousandActivities_Completes() =>
        Assert.Equal(1_001_000, await durable.OutputOfAsync<int>(nameof(SampleOrchestrations.FanOut), 1000));

    [Fact]
    public async Task Retries_FollowPolicyAndHandler_AndFailureDetailsTellWhy() =>
        Assert.Equal("3 3 run 2 run 4 run 2", await durable.OutputOfAsync<string>(nameof(SampleOrchestrations.Retried)));

    [Fact]
    public async Task UnhandledFailure_FailsTheInstance_WithTheExceptionsTextAsOutput()
    {
        var end = await durable.RunAsync(nameof(SampleOrchestrations.Unhandled));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Matches(@"^Microsoft\.DurableTask\.TaskFailedException: Task 'Flaky' \(#0\) failed with an unhandled exception: run \d+$", end.SerializedOutput);
        Assert.Null(end.FailureDetails);
    }

    [Fact]
    public async Task UnknownActivity_FailsWithItsName() =>
        Assert.Contains("'NoSuchActivity'", (await durable.RunAsync(nameof(SampleOrchestrations.Unknown))).SerializedOutput, StringComparison.Ordinal);

    [Fact]
    public async Task UnknownOrchestrator_IsAccepted_AndFailsWithItsName() =>
        Assert.Contains("'NoSuchOrchestrator'", (await durable.RunAsync("NoSuchOrchestrator")).SerializedOutput, StringComparison.Ordinal);

    [Fact]
    public async Task ShortTimer_Fires() => Assert.Equal("True", await durable.OutputOfAsync<string>(nameof(SampleOrchestrations.Sleeper), TimeSpan.FromMilliseconds(300)));

    [Theory]
    [InlineData(true, "approved")]
    [InlineData(false, "refused")]
    public async Task ExternalEvent_WithinItsTimeout_GoesOn(bool answer, string output)
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Approval));
        Assert.Equal("""{"waitingFor":"approval"}""", (await durable.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.SerializedCustomStatus);

        await durable.Client.RaiseEventAsync(id, "approval", answer);

        var end = await durable.EndOfAsync(id);
        Assert.Equal((output, null), (end.ReadOutputAs<string>(), end.SerializedCustomStatus));
    }

    [Fact]
    public async Task WhenAny_OfTimerAndEvent_TakesTheEvent_AndTheTimerNoLongerMatters()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.FirstOfTwo));

        await durable.RunAsync(nameof(SampleOrchestrations.Sender), id, new StartOrchestrationOptions("the-sender"));

        Assert.Equal("from the-sender", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Events_ThatComeEarly_WaitInOrder()
    {
        var id = await durable.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.TwoEvents));
        await durable.Client.RaiseEventAsync(id, "text", CancellationToken.None);
        await durable.Client.RaiseEventAsync(id, "number", 1);
        await durable.Client.RaiseEventAsync(id, "number", 2);

        Assert.Equal("1 2 null", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task SubOrchestrations_KnowTheirParent_ReturnAndFail()
    {
        var end = await durable.RunAsync(nameof(SampleOrchestrations.Parent), options: new StartOrchestrationOptions("the-parent"));

        Assert.Equal(
            "2 for Parent the-parent as the-parent-own; 4 ; Unhandled Microsoft.DurableTask.TaskFailedException", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task SubOrchestration_OfAnIdThatRuns_FailsInTheParent()
    {
        await durable.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Approval), new StartOrchestrationOptions("taken-own"));

        var end = await durable.RunAsync(nameof(SampleOrchestrations.Parent), options: new StartOrchestrationOptions("taken"));

        Assert.Contains("taken-own already exists", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContinueAsNew_StartsAgainWithoutHistory_AndKeepsEventsThatWait()
    {
        var id = await durable.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Countdown), 4);
        await durable.Client.RaiseEventAsync(id, "End", "kept");

        Assert.Equal("kept", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(0, (await durable.EndOfAsync(id)).ReadInputAs<int>());
    }

    [Theory]
    [InlineData("argument", "forgotten")]
    [InlineData("options", "forgotten")]
    [InlineData("default", "kept")]
    public async Task ContinueAsNew_ForgetsEventsIfTold(string how, string output)
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Forgetful), how);
        await durable.Client.RaiseEventAsync(id, "Lost", "kept");
        await durable.Client.RaiseEventAsync(id, "Continue");

        Assert.Equal(output, (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TwoSubOrchestrationsOfOneId_InOneStep_TheSecondIsRefused()
    {
        var end = await durable.RunAsync(nameof(SampleOrchestrations.Twins), options: new StartOrchestrationOptions("born"));

        Assert.Equal("2 An Orchestration instance with the ID born-twin already exists.", end.ReadOutputAs<string>());
    }

    [Theory]
    [InlineData(false, "\"could not be read\"")]
    [InlineData(true, "System.InvalidOperationException: The step failed: System.ArgumentException: No.")]
    public async Task ValueThatCannotBeReadOrWritten_IsTheOrchestratorsToHandle_OrFailsIt(bool unwritable, string output) =>
        Assert.Equal(output, (await durable.RunAsync(nameof(SampleOrchestrations.Touchy), unwritable)).SerializedOutput);

    [Fact]
    public async Task EventsAroundAResume_KeepTheirOrder()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.TwoEvents));
        await durable.Client.SuspendInstanceAsync(id);
        await durable.Client.RaiseEventAsync(id, "number", 1);
        await durable.Client.ResumeInstanceAsync(id);
        await durable.Client.RaiseEventAsync(id, "number", 2);
        await durable.Client.RaiseEventAsync(id, "text", "last");

        Assert.Equal("1 2 last", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TimerThatNobodyWaitsFor_MeansNothingToTheNextExecution() =>
        Assert.Equal("the activity's own", await durable.OutputOfAsync<string>(nameof(SampleOrchestrations.LeavesATimer), 1));

    [Fact]
    public async Task TimerThatNobodyWaitsFor_WakesNobodyWhoHasEnded()
    {
        var id = (await durable.RunAsync(nameof(SampleOrchestrations.LeavesATimer), -1)).InstanceId;

        await Task.Delay(400);

        Assert.Equal("done", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task TimeIdsAndLogLines_AreTheSameInEveryReplay()
    {
        var end = await durable.RunAsync(nameof(SampleOrchestrations.Deterministic), options: new StartOrchestrationOptions("deterministic"));

        Assert.Equal("true", end.SerializedOutput);
        Assert.Equal(
            ["deterministic first", "deterministic by name", "deterministic by type", "deterministic second"],
            SampleOrchestrations.Logged.Where(line => line.StartsWith("deterministic ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("1.0", "1.0 -1")]
    [InlineData("2.0", "2.0 0")]
    [InlineData("10.0", "10.0 1")]
    public async Task Version_IsTheOneTheInstanceWasStartedWith(string version, string output) => Assert.Equal(
        output,
        (await durable.RunAsync(nameof(SampleOrchestrations.Versioned), options: new StartOrchestrationOptions { Version = version })).ReadOutputAs<string>());

    [Theory]
    [InlineData(nameof(SampleOrchestrations.Sleepless))]
    [InlineData(nameof(SampleOrchestrations.SleeplessBeside))]
    [InlineData(nameof(SampleOrchestrations.Elsewhere))]
    public async Task AwaitingWhatIsNoDurableTask_FailsTheInstance(string orchestrator)
    {
        var end = await durable.RunAsync(orchestrator);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("An invalid asynchronous invocation was detected", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other activity", "activity Flaky")]
    [InlineData("other kind", "timer")]
    [InlineData("one more", "activity Double, which its history does not have")]
    [InlineData("one less", "which it no longer makes")]
    public async Task NonDeterministicOrchestrator_Fails_AndTheMessageTellsTheDifference(string mood, string difference)
    {
        var end = await durable.RunAsync(nameof(SampleOrchestrations.Moody), mood);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("Non-deterministic orchestrator", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains(difference, end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PoisonInstances_FailWithWhatCanBeStored_AndStopNobody()
    {
        var poison = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => durable.Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.Endless))));
        await durable.Database.ExecuteAsync($"update functions_host.durable_instances set start_event = 'no json' where id = '{poison[0]}' and status = 'Pending'");

        Assert.Equal(8, await durable.OutputOfAsync<int>(nameof(SampleOrchestrations.FanOut), 2) + 2);
        foreach (var id in poison)
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await durable.EndOfAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task TimerFunction_StartsAnInstance_ByItsDurableClient()
    {
        await durable.Host.InvokeAsync(nameof(SampleOrchestrations.StartByClient));

        Assert.Equal(6, (await durable.EndOfAsync("by-client")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task UnreadableHistory_FailsTheInstance()
    {
        var id = await durable.StartAsync(nameof(SampleOrchestrations.Approval));
        await durable.Database.ExecuteAsync($$"""update functions_host.durable_history set event = '{"EventType":"Martian"}' where instance = '{{id}}' and sequence = 2""");

        await durable.Client.RaiseEventAsync(id, "Approval", true);

        Assert.Contains("history cannot be read", (await durable.EndOfAsync(id)).SerializedOutput, StringComparison.Ordinal);
    }
}
