using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;
using Moq;
using NxLoy.Functions.Exports;

namespace NxLoy.Functions.UnitTests.Exports;

/// <summary>Whoever starts an export at the same moment as somebody else has started it, too.</summary>
public sealed class StartExportTests
{
    private readonly Mock<DurableTaskClient> client = new("test");
    private readonly ExportRun run = new(Guid.NewGuid(), Guid.NewGuid(), 2);

    [Fact]
    public async Task StartThatSomebodyElseWon_IsNoFailure()
    {
        KnownAs(null, Running(run));
        client.Setup(any => any.ScheduleNewOrchestrationInstanceAsync(It.IsAny<Microsoft.DurableTask.TaskName>(), It.IsAny<object?>(), It.IsAny<Microsoft.DurableTask.StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("It exists."));

        await ExportOrchestration.StartAsync(client.Object, run, default);
    }

    [Fact]
    public async Task StartThatFailed_IsTold()
    {
        KnownAs(null, null);
        client.Setup(any => any.ScheduleNewOrchestrationInstanceAsync(It.IsAny<Microsoft.DurableTask.TaskName>(), It.IsAny<object?>(), It.IsAny<Microsoft.DurableTask.StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new InvalidOperationException("No database."));

        await Assert.ThrowsAsync<InvalidOperationException>(() => ExportOrchestration.StartAsync(client.Object, run, default));
    }

    [Fact]
    public async Task EarlierRunThatEndsAtThisMoment_IsWaitedForAndFollowed()
    {
        KnownAs(Running(run with { Run = 1 }));
        client.Setup(any => any.TerminateInstanceAsync(run.InstanceId, It.IsAny<object?>(), It.IsAny<CancellationToken>())).ThrowsAsync(new InvalidOperationException("It has ended."));

        await ExportOrchestration.StartAsync(client.Object, run, default);

        client.Verify(any => any.WaitForInstanceCompletionAsync(run.InstanceId, It.IsAny<CancellationToken>()));
        client.Verify(any => any.ScheduleNewOrchestrationInstanceAsync(It.IsAny<Microsoft.DurableTask.TaskName>(), run, It.IsAny<Microsoft.DurableTask.StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()));
    }

    private void KnownAs(params OrchestrationMetadata?[] known)
    {
        var asked = client.SetupSequence(any => any.GetInstanceAsync(run.InstanceId, true, It.IsAny<CancellationToken>()));
        foreach (var one in known)
        {
            asked = asked.ReturnsAsync(one);
        }
    }

    private static OrchestrationMetadata Running(ExportRun input) => new("PackExport", input.InstanceId)
    {
        RuntimeStatus = OrchestrationRuntimeStatus.Running,
        DataConverter = JsonDataConverter.Default,
        SerializedInput = JsonDataConverter.Default.Serialize(input),
    };
}
