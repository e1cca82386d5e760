using Microsoft.DurableTask;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>Something an orchestrator waits for: it is completed by an event of the history, in the orchestrator's thread.</summary>
internal abstract class OpenTask
{
    public abstract bool IsCompleted { get; }

    public abstract void Complete(string? result);

    public abstract void Fail(TaskFailureDetails failure);

    public abstract void Cancel(CancellationToken cancellationToken);
}

/// <inheritdoc/>
/// <param name="name">Of the activity, sub-orchestration or event.</param>
/// <param name="id">Of the call.</param>
internal sealed class OpenTask<T>(string name, int id) : OpenTask
{
    private readonly TaskCompletionSource<T> source = new();

    public Task<T> Task => source.Task;

    public override bool IsCompleted => source.Task.IsCompleted;

    public override void Complete(string? result)
    {
        try
        {
            source.TrySetResult(DurableJson.Read<T>(result)!);
        }
#pragma warning disable CA1031 // A type's own constructor may throw anything: it is the orchestrator's to handle
        catch (Exception unreadable)
#pragma warning restore CA1031
        {
            source.TrySetException(unreadable);
        }
    }

    public override void Fail(TaskFailureDetails failure) => source.TrySetException(new TaskFailedException(name, id, failure));

    public override void Cancel(CancellationToken cancellationToken) => source.TrySetCanceled(cancellationToken);
}
