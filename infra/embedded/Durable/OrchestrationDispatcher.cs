using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>Takes the steps of instances that are due: claim, replay, commit.</summary>
internal sealed class OrchestrationDispatcher(
    OrchestrationQueue queue, StepCommit commit, OrchestrationExecutor executor, DurableOptions options, Worker worker, WorkSignal signal,
    BusinessClock clock, InstanceStore instances, ILogger<OrchestrationDispatcher> log) : BackgroundService
{
    private readonly IdlePause idle = new(options);
    private readonly ConcurrentDictionary<Task, bool> running = new();

    // Instances of versions that this process does not run.
    private readonly ConcurrentDictionary<string, bool> rejected = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var (work, jump) = (signal.Next, clock.NextJump);
            TimeSpan? due = null;
            var found = false;
            try
            {
                (found, due) = await LookAsync(stoppingToken);
                if (due <= TimeSpan.Zero)
                    continue;
            }
            catch (NpgsqlException exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.CannotLook(exception);
            }

            var pause = idle.Next(found);
            await Task.WhenAny(work, jump, Task.Delay(due < pause ? due.Value : pause, TimeProvider.System, stoppingToken));
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <returns>Whether there was anything to do, and in what time the next is due, where that is known.</returns>
    private async Task<(bool Found, TimeSpan? Due)> LookAsync(CancellationToken stoppingToken)
    {
        var free = options.MaxConcurrentOrchestrators - running.Count;
        if (free <= 0)
            return (true, null); // The end of each step is a signal.
        string[] except = [.. rejected.Keys];
        var claimed = await worker.ClaimAsync(() => queue.ClaimAsync(clock.GetUtcNow(), free, except, stoppingToken), stoppingToken);
        foreach (var instance in claimed)
        {
            var step = Task.Run(() => StepAsync(instance), CancellationToken.None);
            running[step] = true;
            _ = step.ContinueWith(
                done =>
                {
                    running.TryRemove(done, out _);
                    signal.Wake();
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return claimed.Count == free ? (true, null) : (claimed.Count > 0, await queue.NextDueAsync(except, stoppingToken) - clock.GetUtcNow());
    }

    // Not cancelled by the host's stop: a step takes no time worth the trouble of taking it twice.
    private async Task StepAsync(ClaimedInstance instance)
    {
        try
        {
            if (options.Runs(instance.Version) || options.FailsOnMismatch)
            {
                await TakeAsync(instance);
                return;
            }

            log.VersionRejected(instance.Id, instance.Version);
            rejected[instance.Id] = true;
            await commit.ReleaseAsync(instance.Id, CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever it was, the step is taken again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            log.StepLost(exception, instance.Id);
        }
        finally
        {
            worker.Forget(instance);
        }
    }

    private async Task TakeAsync(ClaimedInstance instance)
    {
        var now = clock.GetUtcNow();
        var (taken, outcome) = await RunAsync(instance, now);
        if (outcome is null)
        {
            await commit.ReleaseAsync(instance.Id, CancellationToken.None);
            return;
        }

        try
        {
            await commit.TryAsync(instance, taken, outcome, now, CancellationToken.None);
        }
        catch (PostgresException refused) when (!refused.IsTransient)
        {
            log.StepRefused(refused, instance.Id);
            await commit.TryAsync(instance, [], Failure($"The step could not be stored: {refused.MessageText}"), now, CancellationToken.None);
        }

        signal.Set();
    }

    private async Task<(long[] Taken, StepOutcome? Outcome)> RunAsync(ClaimedInstance instance, DateTimeOffset now)
    {
        try
        {
            var input = await queue.LoadAsync(instance, now, CancellationToken.None);
            if (!options.Runs(instance.Version))
                return (input.Taken, Failure($"Version '{instance.Version}' of the orchestration is not run here; this process runs '{options.DefaultVersion}'."));
            if (input is { Taken: [], Past: not [] })
                return ([], null);
            return (input.Taken, Execute(instance, input));
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return ([], Failure($"The instance's history cannot be read: {unreadable.Message}"));
        }
    }

    private StepOutcome Execute(ClaimedInstance instance, StepInput input)
    {
        try
        {
            return executor.Execute(instance.Id, input.Past, input.News, () => WhenTooLate(instance));
        }
#pragma warning disable CA1031 // A result or status that cannot be written fails the instance: taken again, it would fail again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure($"The step failed: {exception.GetType().FullName}: {exception.Message}");
        }
    }

    // The orchestrator went on outside a step, where it must never be. What it wanted to do then is lost, so it must not seem to wait.
    private void WhenTooLate(ClaimedInstance instance)
    {
        log.Violated(instance.Id);
        _ = instances.SendAsync(instance.Id, "control", new ExecutionFailedEvent(OrchestratorScheduler.Violation), instance.Execution, CancellationToken.None);
    }

    private static StepOutcome Failure(string message)
    {
        var output = $"{typeof(InvalidOperationException).FullName}: {message}";
        var details = new TaskFailureDetails(typeof(InvalidOperationException).FullName!, message, null, null, null);
        return new([new ExecutionCompletedEvent(nameof(OrchestrationRuntimeStatus.Failed), output, details)], OrchestrationRuntimeStatus.Failed, output, null);
    }
}
