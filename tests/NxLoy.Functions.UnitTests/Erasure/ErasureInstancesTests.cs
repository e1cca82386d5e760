using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using NxLoy.Functions.Erasure;

namespace NxLoy.Functions.UnitTests.Erasure;

public sealed class ErasureInstancesTests
{
    private static readonly ErasureKey Key = new(Guid.NewGuid(), Guid.NewGuid());

    private readonly Mock<DurableTaskClient> client = new("test");

    [Fact]
    public async Task BackendThatDoesNotAnswer_FailsNoRequest()
    {
        client.Setup(one => one.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ThrowsAsync(new IOException("gone"));
        var request = new ErasureRequest
        {
            Id = Key.Id, CustomerId = Guid.NewGuid(), Status = ErasureStatus.PENDING, Progress = 0, IsOnHold = false, RequestedAs = "owner", RequestedBy = null, Reason = null,
            RequestedAt = default, DueAt = default, ApprovedBy = null, ApprovedAt = null, EraseAt = null, EndedBy = null, EndedAt = null, EndReason = null, ErasedAt = null,
            CompletedAt = null, CertificateUrl = null,
        };

        var woken = await new ErasureInstances(null!, NullLogger<ErasureInstances>.Instance).WakeAsync(client.Object, Key.BusinessId, request, default);

        Assert.Same(request, woken.Value);
    }

    [Fact]
    public async Task EndedRequestWhoseOrchestrationHasNotHeard_IsToldAndKept()
    {
        Running(OrchestrationRuntimeStatus.Running);

        Assert.False(await ErasureInstances.ForgetAsync(client.Object, Key, default));

        client.Verify(one => one.RaiseEventAsync(Key.InstanceId, ErasureOrchestration.Changed, It.IsAny<CancellationToken>()));
        client.Verify(one => one.PurgeInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task OrchestrationThatHasEnded_IsPurged_AndOneThatIsGoneNeedNotBe()
    {
        Assert.True(await ErasureInstances.ForgetAsync(client.Object, Key, default));
        client.Verify(one => one.PurgeInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()), Times.Never);

        Running(OrchestrationRuntimeStatus.Completed);
        Assert.True(await ErasureInstances.ForgetAsync(client.Object, Key, default));
        client.Verify(one => one.PurgeInstanceAsync(Key.InstanceId, It.IsAny<CancellationToken>()), Times.Once);
    }

    private void Running(OrchestrationRuntimeStatus status) => client
        .Setup(one => one.GetInstanceAsync(Key.InstanceId, It.IsAny<CancellationToken>()))
        .ReturnsAsync(new OrchestrationMetadata("EraseCustomer", Key.InstanceId) { RuntimeStatus = status });
}
