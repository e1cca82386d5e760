using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Hosting;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>What came of one step of an instance: what to append to its history, and where it stands.</summary>
/// <param name="Appended">In order; the actions among them are carried out with the same commit.</param>
/// <param name="Status">Of the instance after the step.</param>
/// <param name="Output">Of an ended or suspended instance.</param>
/// <param name="CustomStatus">As the orchestrator last set it.</param>
/// <param name="Next">The orchestrator continues as new: it starts again with these.</param>
internal sealed record StepOutcome(
    IReadOnlyList<HistoryEvent> Appended, OrchestrationRuntimeStatus Status, string? Output, string? CustomStatus,
    (ExecutionStartedEvent Start, IReadOnlyList<EventRaisedEvent> Events)? Next = null);

/// <summary>Brings an orchestrator to where its history left it, lets it go on with what is new, and stops when it waits.</summary>
internal sealed class OrchestrationExecutor(
    FunctionTable functions, FunctionPipeline pipeline, DurableOptions options, IServiceProvider services, ILoggerFactory logging)
{
    /// <param name="instanceId">Of the instance.</param>
    /// <param name="past">What has been recorded; empty before the first step.</param>
    /// <param name="news">What this step takes in; begins with <see cref="OrchestratorStartedEvent"/>.</param>
    /// <param name="whenTooLate">Called, from any thread, when code of the orchestrator becomes ready after the step.</param>
    public StepOutcome Execute(string instanceId, IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> news, Action whenTooLate)
    {
        var started = past.Concat(news).OfType<ExecutionStartedEvent>().First();
        var scheduler = new OrchestratorScheduler(whenTooLate);
        var context = new OrchestrationContext(instanceId, started, options.DefaultVersion, scheduler, logging);
        using var scope = services.CreateScope();
        using var run = new Run(scheduler, context, () => Invoke(started.Name, context, scope.ServiceProvider));
        try
        {
            foreach (var recorded in past)
                run.Apply(recorded, isReplayed: true);
            if (run.IsEnded)
                throw new NonDeterministicOrchestrationException("it now ends where it once went on");
            foreach (var happened in news)
            {
                if (happened is ExecutionTerminatedEvent { Reason: var reason })
                    return End(context, news, OrchestrationRuntimeStatus.Terminated, reason, null);
                if (happened is ExecutionFailedEvent { Reason: var why })
                    return Failed(context, news, new InvalidOperationException(why));
                run.Apply(happened, isReplayed: false);
            }

            run.DemandDurability();
        }
        catch (Exception exception) when (exception is NonDeterministicOrchestrationException or InvalidOperationException)
        {
            return Failed(context, news, exception);
        }

        IReadOnlyList<HistoryEvent> appended = [.. news, .. context.Unrecorded];
        return run.Failure is { } failure ? Failed(context, appended, failure)
            : !run.IsEnded ? Waiting(context, appended)
            : context.Next is { } next ? Next(context, started, appended, next)
            : End(context, appended, OrchestrationRuntimeStatus.Completed, DurableJson.Write(run.Result), null);
    }

    private (Invocation, Task) Invoke(string name, OrchestrationContext context, IServiceProvider scope)
    {
        var function = functions.FindOrchestrator(name)
            ?? throw new InvalidOperationException($"The orchestrator function '{name}' doesn't exist, is disabled, or is not an orchestrator function.");
        var invocation = FunctionPipeline.ForOrchestrator(function, context, scope);
        return (invocation, pipeline.RunAsync(invocation));
    }

    private static StepOutcome Waiting(OrchestrationContext context, IReadOnlyList<HistoryEvent> appended) =>
        appended.OfType<ControlEvent>().LastOrDefault() is ExecutionSuspendedEvent { Reason: var reason }
            ? new(appended, OrchestrationRuntimeStatus.Suspended, DurableJson.Write(reason), context.CustomStatus)
            : new(appended, OrchestrationRuntimeStatus.Running, null, context.CustomStatus);

    private static StepOutcome Next(
        OrchestrationContext context, ExecutionStartedEvent started, IReadOnlyList<HistoryEvent> appended, ContinueAsNewOptions next)
    {
        var start = started with { Input = DurableJson.Write(next.NewInput), Version = string.IsNullOrWhiteSpace(next.NewVersion) ? started.Version : next.NewVersion };
        return new(
            appended, OrchestrationRuntimeStatus.Running, null, context.CustomStatus,
            (start, next.PreserveUnprocessedEvents ? context.Early : []));
    }

    private static StepOutcome Failed(OrchestrationContext context, IReadOnlyList<HistoryEvent> news, Exception exception) => End(
        context, news, OrchestrationRuntimeStatus.Failed, $"{exception.GetType().FullName}: {exception.Message}", TaskFailureDetails.FromException(exception));

    private static StepOutcome End(
        OrchestrationContext context, IReadOnlyList<HistoryEvent> appended, OrchestrationRuntimeStatus status, string? output, TaskFailureDetails? failure) =>
        new([.. appended, new ExecutionCompletedEvent(status.ToString(), output, failure)], status, output, context.CustomStatus);

    /// <summary>The orchestrator's code on its way through the events.</summary>
    private sealed class Run(OrchestratorScheduler scheduler, OrchestrationContext context, Func<(Invocation, Task)> invoke) : IDisposable
    {
        private Invocation? invocation;
        private Task? running;

        public bool IsEnded => running is { IsCompleted: true };

        public object? Result => invocation!.Result;

        public Exception? Failure => running is { IsCompleted: true, IsCompletedSuccessfully: false }
            ? running.Exception?.InnerException ?? new TaskCanceledException(running) : null;

        public void Apply(HistoryEvent happened, bool isReplayed)
        {
            switch (happened)
            {
                case OrchestratorStartedEvent step:
                    context.Begin(step, isReplayed);
                    break;
                case ExecutionStartedEvent:
                    scheduler.Run(() => (invocation, running) = invoke());
                    break;
                case ActionEvent recorded:
                    context.Confirm(recorded);
                    break;
                case OutcomeEvent outcome:
                    scheduler.Run(() => context.Complete(outcome));
                    break;
                case EventRaisedEvent raised:
                    scheduler.Run(() => context.Raise(raised));
                    break;
            }
        }

        /// <exception cref="InvalidOperationException">The orchestrator waits for something that no replay could bring back.</exception>
        public void DemandDurability()
        {
            if (scheduler.IsViolated || (!IsEnded && !context.IsWaiting))
                throw new InvalidOperationException(OrchestratorScheduler.Violation);
        }

        public void Dispose()
        {
            scheduler.End();
            invocation?.Dispose();
        }
    }
}
