using Microsoft.DurableTask;
using Moq;
using NxLoy.Functions.Erasure;

namespace NxLoy.Functions.UnitTests.Erasure;

/// <summary>What the orchestrator does when its activities fail, or find something again and again.</summary>
public sealed class ErasureOrchestrationTests
{
    private static readonly ErasureKey Key = new(Guid.NewGuid(), Guid.NewGuid());

    private readonly List<string> called = [];

    [Fact]
    public async Task ScanThatFindsSomethingEachTime_AlertsAndTriesAgainInAnHour()
    {
        var context = Context(found: 1);
        context.Setup(one => one.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        context.Setup(one => one.WaitForExternalEvent<object?>(ErasureOrchestration.Changed, It.IsAny<CancellationToken>())).Returns(new TaskCompletionSource<object?>().Task);

        await ErasureOrchestration.EraseCustomer(context.Object);

        Assert.Equal(5, called.Count(name => name == "ScanForErased"));
        Assert.Equal("AlertErasureFailed", called[^1]);
        Assert.DoesNotContain("CompleteErasure", called);
        context.Verify(one => one.CreateTimer(DateTime.UnixEpoch.AddHours(1), It.IsAny<CancellationToken>()));
        context.Verify(one => one.ContinueAsNew(Key, true));
    }

    [Fact]
    public async Task ScanThatFindsNothing_Completes()
    {
        await ErasureOrchestration.EraseCustomer(Context(found: 0).Object);

        Assert.Equal(["PlanErasure", "EraseRows", "EraseFiles", "CopyToLedger", "BeginErasureScan", "ScanForErased", "CompleteErasure"], called);
    }

    [Fact]
    public async Task HoldThatCameAMomentEarlier_IsLookedAtAnew()
    {
        var context = Context(found: 0, isErased: false);

        await ErasureOrchestration.EraseCustomer(context.Object);

        Assert.Equal(["PlanErasure", "EraseRows"], called);
        context.Verify(one => one.ContinueAsNew(Key, true));
    }

    [Fact]
    public async Task StepThatFailsInSpiteOfItsRetries_AlertsAndFails()
    {
        var context = Context(found: 0);
        context.Setup(one => one.CallActivityAsync<bool>(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .ThrowsAsync(new TaskFailedException("EraseRows", 1, new InvalidOperationException("no database")));

        await Assert.ThrowsAsync<TaskFailedException>(() => ErasureOrchestration.EraseCustomer(context.Object));

        Assert.Equal(["PlanErasure", "AlertErasureFailed"], called);
    }

    private Mock<TaskOrchestrationContext> Context(int found, bool isErased = true)
    {
        var context = new Mock<TaskOrchestrationContext> { CallBase = true };
        context.Setup(one => one.GetInput<ErasureKey>()).Returns(Key);
        context.Setup(one => one.CurrentUtcDateTime).Returns(DateTime.UnixEpoch);
        Answer<object>(context, null!); // first: it stands for every other type too
        Answer(context, new ErasurePlan(ErasureAct.Erase));
        Answer(context, isErased);
        Answer<IReadOnlyList<ScannedPart>>(context, [new ScannedPart(Key, ["customers"])]);
        Answer(context, found);
        return context;
    }

    private void Answer<T>(Mock<TaskOrchestrationContext> context, T answer) => context
        .Setup(one => one.CallActivityAsync<T>(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
        .Callback((TaskName name, object? _, TaskOptions? _) => called.Add(name.Name))
        .ReturnsAsync(answer);
}
