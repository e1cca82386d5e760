using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Moq;
using NxLoy.Functions.Exports;

namespace NxLoy.Functions.UnitTests.Exports;

/// <summary>What becomes of the orchestration of a run that has ended.</summary>
public sealed class ForgetExportTests
{
    private readonly Mock<DurableTaskClient> client = new("test");
    private readonly ExportRun run = new(Guid.NewGuid(), Guid.NewGuid(), 2);

    [Fact]
    public async Task OneThatIsNotThere_IsGone() => Assert.True(await ExportOrchestration.ForgetAsync(client.Object, run, default));

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)] // somebody else began or purged it at this moment: the next sweep sees which
    public async Task OneThatHasEnded_IsPurged(int purged, bool isGone)
    {
        Knows(run, OrchestrationRuntimeStatus.Completed);
        client.Setup(any => any.PurgeInstanceAsync(run.InstanceId, It.IsAny<CancellationToken>())).ReturnsAsync(new PurgeResult(purged));

        Assert.Equal(isGone, await ExportOrchestration.ForgetAsync(client.Object, run, default));
    }

    [Fact]
    public async Task OneThatStillWaits_IsEnded_AndThereYet()
    {
        Knows(run, OrchestrationRuntimeStatus.Running);

        Assert.False(await ExportOrchestration.ForgetAsync(client.Object, run, default));

        client.Verify(any => any.TerminateInstanceAsync(run.InstanceId, It.IsAny<object?>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    public async Task LaterRun_IsLeftAlone(OrchestrationRuntimeStatus status)
    {
        Knows(run with { Run = 3 }, status);

        Assert.False(await ExportOrchestration.ForgetAsync(client.Object, run, default));

        client.Verify(any => any.TerminateInstanceAsync(It.IsAny<string>(), It.IsAny<object?>(), It.IsAny<CancellationToken>()), Times.Never);
        client.Verify(any => any.PurgeInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    private void Knows(ExportRun input, OrchestrationRuntimeStatus status) => client
        .Setup(any => any.GetInstanceAsync(run.InstanceId, true, It.IsAny<CancellationToken>()))
        .ReturnsAsync(new OrchestrationMetadata("PackExport", input.InstanceId)
        {
            RuntimeStatus = status,
            DataConverter = JsonDataConverter.Default,
            SerializedInput = JsonDataConverter.Default.Serialize(input),
        });
}
