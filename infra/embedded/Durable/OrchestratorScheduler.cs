namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// Runs all of an orchestrator's code in one thread, one piece after the other in the order they became ready, so that
/// every replay takes the same course. A piece that becomes ready elsewhere was waiting for something that is no durable
/// task; it is never run.
/// </summary>
internal sealed class OrchestratorScheduler(Action whenTooLate) : TaskScheduler
{
    public const string Violation =
        "An invalid asynchronous invocation was detected. An orchestrator may wait only for tasks of its TaskOrchestrationContext, "
        + "without ConfigureAwait(false): no I/O, no Task.Run, no Task.Delay. Move such work into an activity.";

    private readonly Queue<Task> ready = new();
    private readonly Lock gate = new();
    private int thread;
    private bool ended;

    /// <summary>Something happened outside the orchestrator's thread while the step ran.</summary>
    public bool IsViolated { get; private set; }

    /// <summary>Whether the caller is the orchestrator's own code.</summary>
    public bool IsOnThread => thread == Environment.CurrentManagedThreadId && Current == this;

    /// <exception cref="InvalidOperationException">The caller is not in the orchestrator's thread.</exception>
    public void Demand()
    {
        if (IsOnThread)
            return;
        Report();
        throw new InvalidOperationException(Violation);
    }

    /// <summary>Runs a piece and all that becomes ready by it, in the calling thread.</summary>
    public void Run(Action piece)
    {
        thread = Environment.CurrentManagedThreadId;
        var first = new Task(piece, TaskCreationOptions.DenyChildAttach);
        first.Start(this);
        while (TryTake(out var next))
            TryExecuteTask(next);
        first.GetAwaiter().GetResult();
    }

    /// <summary>The step is over: what becomes ready from now on is reported to whoever made this.</summary>
    public void End()
    {
        lock (gate)
            ended = true;
        thread = 0;
    }

    protected override void QueueTask(Task task)
    {
        if (thread != Environment.CurrentManagedThreadId)
        {
            Report();
            return;
        }

        lock (gate)
            ready.Enqueue(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && IsOnThread && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (gate)
            return [.. ready];
    }

    private bool TryTake(out Task next)
    {
        lock (gate)
            return ready.TryDequeue(out next!);
    }

    private void Report()
    {
        lock (gate)
        {
            IsViolated = true;
            if (!ended)
                return;
        }

        whenTooLate();
    }
}
