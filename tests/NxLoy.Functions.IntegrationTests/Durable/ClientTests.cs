using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using NxLoy.Functions.IntegrationTests.Embedded;

namespace NxLoy.Functions.IntegrationTests.Durable;

/// <summary>The durable client answers and refuses as the real one does.</summary>
public sealed class ClientTests(DurableHost durable) : IClassFixture<DurableHost>
{
    private static readonly string Approval = nameof(SampleOrchestrations.Approval);

    private DurableTaskClient Client => durable.Client;

    [Fact]
    public async Task Schedule_OfAnIdThatRuns_Throws_AndOfOneThatEnded_StartsAnew()
    {
        var options = new StartOrchestrationOptions("same-id");
        await Client.ScheduleNewOrchestrationInstanceAsync(Approval, options);

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Client.ScheduleNewOrchestrationInstanceAsync(Approval, options));
        Assert.Contains("An Orchestration instance with the ID same-id already exists.", refused.Message, StringComparison.Ordinal);

        await Client.RaiseEventAsync("same-id", "Approval", true);
        await durable.EndOfAsync("same-id");
        Assert.Equal("same-id", await Client.ScheduleNewOrchestrationInstanceAsync(Approval, options));
        Assert.False((await Client.WaitForInstanceStartAsync("same-id")).IsCompleted);
    }

    [Fact]
    public async Task Schedule_WithDedupeStatuses_IsRefusedByThoseAlone()
    {
        var ended = await durable.RunAsync(nameof(SampleOrchestrations.FanOut), 1);

        await Assert.ThrowsAnyAsync<Exception>(() => Client.ScheduleNewOrchestrationInstanceAsync(
            Approval, new StartOrchestrationOptions(ended.InstanceId).WithDedupeStatuses(OrchestrationRuntimeStatus.Completed)));

        var running = await durable.StartAsync(Approval);
        await Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(SampleOrchestrations.FanOut), 1, new StartOrchestrationOptions(running).WithDedupeStatuses(OrchestrationRuntimeStatus.Failed));
        Assert.Equal(2, (await durable.EndOfAsync(running)).ReadOutputAs<int>());
        Assert.Equal(6, StartOrchestrationOptionsExtensions.ValidDedupeStatuses.Count);
    }

    [Fact]
    public async Task Schedule_WithAStartTime_WaitsForIt()
    {
        var at = DateTimeOffset.UtcNow.AddSeconds(1);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.FanOut), 1, new StartOrchestrationOptions(StartAt: at));
        Assert.True((await Client.GetInstanceAsync(id))!.RuntimeStatus == OrchestrationRuntimeStatus.Pending || DateTimeOffset.UtcNow >= at);

        Assert.True((await durable.EndOfAsync(id)).LastUpdatedAt >= at.AddMilliseconds(-1));
    }

    [Fact]
    public async Task Get_OfAnUnknownId_IsNull() => Assert.Null(await Client.GetInstanceAsync("nobody", CancellationToken.None));

    [Fact]
    public async Task Get_WithoutInputsAndOutputs_HasNoneAndSaysSo()
    {
        var id = await durable.StartAsync(Approval, 7);

        var without = await Client.GetInstanceAsync(id);
        Assert.Null(without!.SerializedInput);
        Assert.Throws<InvalidOperationException>(() => without.ReadInputAs<int>());
        Assert.Null(without.DataConverter);
        var with = await Client.GetInstanceAsync(id, getInputsAndOutputs: true);
        Assert.Equal(7, with!.ReadInputAs<int>());
        Assert.Equal(7, with.DataConverter!.Deserialize(with.SerializedInput, with.ReadInputAs<int>().GetType()));
        Assert.Equal("approval", with.ReadCustomStatusAs<Dictionary<string, string>>()!["waitingFor"]);
        Assert.True(with is { IsRunning: true, IsCompleted: false, Name: "Approval" });
    }

    [Fact]
    public async Task EndedInstance_TakesNothingMore()
    {
        var id = (await durable.RunAsync(nameof(SampleOrchestrations.FanOut), 1)).InstanceId;

        Assert.Equal(StatusCode.FailedPrecondition, await RefusalAsync(() => Client.RaiseEventAsync(id, "Go")));
        Assert.Equal(StatusCode.FailedPrecondition, await RefusalAsync(() => Client.TerminateInstanceAsync(id, CancellationToken.None)));
        Assert.Equal(StatusCode.Unknown, await RefusalAsync(() => Client.SuspendInstanceAsync(id)));
    }

    [Fact]
    public async Task UnknownInstance_IsNotFound()
    {
        Assert.Equal(StatusCode.NotFound, await RefusalAsync(() => Client.RaiseEventAsync("nobody", "Go")));
        Assert.Equal(StatusCode.NotFound, await RefusalAsync(() => Client.TerminateInstanceAsync("nobody", "because")));
        Assert.Equal(0, (await Client.PurgeInstanceAsync("nobody")).PurgedInstanceCount);
    }

    [Fact]
    public async Task Suspended_KeepsEventsUntilItIsResumed_AndCannotBeSuspendedTwice()
    {
        var id = await durable.StartAsync(Approval);
        await Client.SuspendInstanceAsync(id, "audit");
        await Eventually.TrueAsync(async () => (await Client.GetInstanceAsync(id))!.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        Assert.Equal("\"audit\"", (await Client.GetInstanceAsync(id, true))!.SerializedOutput);
        Assert.Equal(StatusCode.Unknown, await RefusalAsync(() => Client.SuspendInstanceAsync(id, CancellationToken.None)));

        await Client.RaiseEventAsync(id, "Approval", true);
        await Task.Delay(300);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await Client.GetInstanceAsync(id))!.RuntimeStatus);

        await Client.ResumeInstanceAsync(id, "go on");
        Assert.Equal("approved", (await durable.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminated_EndsWithTheReason_WhateverItIs()
    {
        var alone = await durable.StartAsync(nameof(SampleOrchestrations.Sleeper), TimeSpan.FromDays(1));
        await Client.TerminateInstanceAsync(alone, (object)"enough");
        var end = await durable.EndOfAsync(alone);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "\"enough\""), (end.RuntimeStatus, end.SerializedOutput));

        var suspended = await durable.StartAsync(Approval);
        await Client.SuspendInstanceAsync(suspended);
        await Client.TerminateInstanceAsync(suspended, new TerminateInstanceOptions { Output = new Order("none", 0) });
        end = await durable.EndOfAsync(suspended);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, new Order("none", 0)), (end.RuntimeStatus, end.ReadOutputAs<Order>()));
        await Client.ResumeInstanceAsync(await durable.StartAsync(Approval), CancellationToken.None);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Terminated_TakesItsChildrenAlongOnlyIfAsked(bool recursive)
    {
        var parent = await durable.StartAsync(nameof(SampleOrchestrations.WaitsForChild));
        var child = $"{parent}-child";
        await Eventually.TrueAsync(async () => await Client.GetInstanceAsync(child) is { IsRunning: true });

        await Client.TerminateInstanceAsync(parent, new TerminateInstanceOptions("over", recursive));
        Assert.Equal("over", (await durable.EndOfAsync(parent)).ReadOutputAs<string>());
        if (!recursive)
            await Client.RaiseEventAsync(child, "Approval", true);

        var end = await durable.EndOfAsync(child);
        Assert.Equal(recursive ? (OrchestrationRuntimeStatus.Terminated, "over") : (OrchestrationRuntimeStatus.Completed, "approved"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task Overloads_ThatTakeOnlyACancellationToken_DoTheSame()
    {
        using var source = new CancellationTokenSource();
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(nameof(SampleOrchestrations.FanOut), (object?)3, source.Token);
        await Client.WaitForInstanceStartAsync(id, source.Token);
        Assert.True((await Client.WaitForInstanceCompletionAsync(id, source.Token)).IsCompleted);
        Assert.Equal(id, (await Client.GetInstancesAsync(id, source.Token))!.InstanceId);
        Assert.Equal("default", Client.Name);

        var approval = await Client.ScheduleNewOrchestrationInstanceAsync(Approval, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client.WaitForInstanceCompletionAsync(approval, source.Token));
        await Client.DisposeAsync();
        Assert.NotNull(await Client.GetInstanceAsync(approval));
    }

    private static async Task<StatusCode> RefusalAsync(Func<Task> act) => (await Assert.ThrowsAsync<RpcException>(act)).StatusCode;
}
