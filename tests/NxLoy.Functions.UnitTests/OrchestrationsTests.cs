using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;

namespace NxLoy.Functions.UnitTests;

/// <summary>Whoever starts an instance at the same moment as somebody else has started it, too.</summary>
public sealed class OrchestrationsTests
{
    private const string Id = "tiers-1";

    private readonly Mock<DurableTaskClient> client = new("test");

    [Fact]
    public async Task InstanceThatIsUnderWay_IsNotStartedAgain()
    {
        KnownAs(OrchestrationRuntimeStatus.Running);

        Assert.False(await EnsureAsync());

        client.Verify(any => any.ScheduleNewOrchestrationInstanceAsync(
            It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task OneThatHasEnded_IsStartedAnew()
    {
        KnownAs(OrchestrationRuntimeStatus.Completed);

        Assert.True(await EnsureAsync());
    }

    [Fact]
    public async Task StartThatSomebodyElseWon_IsNoFailure()
    {
        KnownAs(null, OrchestrationRuntimeStatus.Pending);
        Refuses();

        Assert.False(await EnsureAsync());
    }

    [Fact]
    public async Task StartThatFailed_IsTold()
    {
        KnownAs(null, OrchestrationRuntimeStatus.Completed);
        Refuses();

        await Assert.ThrowsAsync<InvalidOperationException>(EnsureAsync);
    }

    private Task<bool> EnsureAsync() => client.Object.EnsureAsync("RunTiers", new { }, Id, CancellationToken.None);

    private void Refuses() => client
        .Setup(any => any.ScheduleNewOrchestrationInstanceAsync(
            It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
        .ThrowsAsync(new InvalidOperationException("It exists."));

    private void KnownAs(params OrchestrationRuntimeStatus?[] looks)
    {
        var answers = client.SetupSequence(any => any.GetInstanceAsync(Id, It.IsAny<CancellationToken>()));
        foreach (var status in looks)
        {
            answers = answers.ReturnsAsync(status is null ? null : new OrchestrationMetadata("RunTiers", Id) { RuntimeStatus = status.Value });
        }
    }
}
