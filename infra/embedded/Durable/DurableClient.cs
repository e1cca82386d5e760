using System.Globalization;
using Grpc.Core;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>The client that functions get; its refusals are those of the real host.</summary>
internal sealed class DurableClient(InstanceStore instances, DurableOptions durable, WorkSignal signal) : DurableTaskClient("default")
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        var id = options?.InstanceId is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        var version = options?.Version is { } asked ? asked.Version : durable.DefaultVersion;
        var start = new ExecutionStartedEvent(orchestratorName.Name, version, DurableJson.Write(input), null);
        return await instances.TryStartAsync(id, start, options?.StartAt, [.. options?.DedupeStatuses ?? Messages.Open], cancellation)
            ? id
            : throw new InvalidOperationException($"An Orchestration instance with the ID {id} already exists.");
    }

    public override async Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        await DemandOpenAsync(instanceId, cancellation);
        await instances.SendAsync(instanceId, "event", new EventRaisedEvent(eventName, DurableJson.Write(eventPayload)), null, cancellation);
    }

    public override async Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        await DemandOpenAsync(instanceId, cancellation);
        var terminated = new ExecutionTerminatedEvent(DurableJson.Write(options?.Output), options?.Recursive ?? false);
        await instances.SendAsync(instanceId, "control", terminated, null, cancellation);
    }

    public override async Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        if ((await FindAsync(instanceId, cancellation)).Status is not (OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Running))
            throw Refused(StatusCode.Unknown, $"The instance {instanceId} is not running.");
        await instances.SendAsync(instanceId, "control", new ExecutionSuspendedEvent(reason), null, cancellation);
    }

    public override async Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        await DemandOpenAsync(instanceId, cancellation);
        await instances.SendAsync(instanceId, "control", new ExecutionResumedEvent(reason), null, cancellation);
    }

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await instances.FindAsync(instanceId, cancellation) is { } instance ? Metadata(instance, getInputsAndOutputs) : null;

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new Pages(instances, filter ?? new OrchestrationQuery());

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, instance => instance.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, instance => !instance.IsOpen, getInputsAndOutputs, cancellation);

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        new(await instances.PurgeAsync(instanceId, options?.Recursive ?? false, cancellation), isComplete: true);

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        new(await instances.PurgeAsync(filter, options?.Recursive ?? false, cancellation), isComplete: true);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static OrchestrationMetadata Metadata(StoredInstance instance, bool withInputsAndOutputs) => new(instance.Name, instance.Id)
    {
        RuntimeStatus = instance.Status,
        CreatedAt = instance.CreatedAt,
        LastUpdatedAt = instance.LastUpdatedAt,
        DataConverter = withInputsAndOutputs ? DurableJson.Converter : null,
        SerializedInput = withInputsAndOutputs ? instance.Input : null,
        SerializedOutput = withInputsAndOutputs ? instance.Output : null,
        SerializedCustomStatus = withInputsAndOutputs ? instance.CustomStatus : null,
    };

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<StoredInstance, bool> isThere, bool withInputsAndOutputs, CancellationToken cancellation)
    {
        while (true)
        {
            var change = signal.Next;
            var instance = await FindAsync(instanceId, cancellation);
            if (isThere(instance))
                return Metadata(instance, withInputsAndOutputs);
            await Task.WhenAny(change, Task.Delay(LongestPause, TimeProvider.System, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task<StoredInstance> FindAsync(string instanceId, CancellationToken cancellation) =>
        await instances.FindAsync(instanceId, cancellation) ?? throw Refused(StatusCode.NotFound, $"There is no instance {instanceId}.");

    private async Task DemandOpenAsync(string instanceId, CancellationToken cancellation)
    {
        if (!(await FindAsync(instanceId, cancellation)).IsOpen)
            throw Refused(StatusCode.FailedPrecondition, $"The instance {instanceId} has ended.");
    }

    private static RpcException Refused(StatusCode code, string detail) => new(new Status(code, detail));

    /// <summary>All instances of a query; a continuation token is the place of the last one.</summary>
    private sealed class Pages(InstanceStore instances, OrchestrationQuery query) : AsyncPageable<OrchestrationMetadata>
    {
        public override IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
            ReadAsync(continuationToken ?? query.ContinuationToken, pageSizeHint ?? query.PageSize);

        private async IAsyncEnumerable<Page<OrchestrationMetadata>> ReadAsync(
            string? token, int size, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
        {
            do
            {
                var page = await instances.ListAsync(query, Place(token), size, cancellation);
                token = page.Count < size ? null : string.Create(CultureInfo.InvariantCulture, $"{page[^1].CreatedAt:O} {page[^1].Id}");
                yield return new([.. page.Select(instance => Metadata(instance, query.FetchInputsAndOutputs))], token);
            }
            while (token is not null);
        }

        private static (DateTime, string)? Place(string? token) => token?.Split(' ', 2) switch
        {
            [var at, var id] when DateTime.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var created) => (created, id),
            null => null,
            _ => throw new ArgumentException("The continuation token is none of this client's.", nameof(token)),
        };
    }
}
