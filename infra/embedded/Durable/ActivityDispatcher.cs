using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.DurableTask;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NxLoy.Functions.Embedded.Hosting;
using NxLoy.Functions.Embedded.Time;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>Runs activities, and commits together what came of those that ended while the last commit was under way.</summary>
internal sealed class ActivityDispatcher(
    ActivityQueue queue, FunctionTable functions, FunctionPipeline pipeline, DurableOptions options, Worker worker, WorkSignal signal,
    BusinessClock clock, IServiceProvider services, ILogger<ActivityDispatcher> log) : BackgroundService
{
    private const int BatchSize = 200;

    private readonly ConcurrentDictionary<Task, bool> running = new();
    private readonly Channel<(ActivityCall Call, OutcomeEvent Outcome)> done = Channel.CreateUnbounded<(ActivityCall, OutcomeEvent)>(new() { SingleReader = true });
    private Task writing = Task.CompletedTask;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        writing = Task.Run(WriteAllAsync, CancellationToken.None);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Takes no more, waits for what runs, and then gives back what is left.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(running.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        done.Writer.TryComplete();
        await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await worker.RetireAsync(cancellationToken);
        }
        catch (NpgsqlException exception)
        {
            log.NoSignOfLife(exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var idle = new IdlePause(options);
        while (true)
        {
            var work = signal.Next;
            var found = false;
            try
            {
                var free = options.MaxConcurrentActivities - running.Count;
                var claimed = free <= 0 ? [] : await worker.ClaimAsync(() => queue.ClaimAsync(free, stoppingToken), stoppingToken);
                foreach (var call in claimed)
                    Start(call, stoppingToken);
                found = claimed.Count > 0;
            }
            catch (NpgsqlException exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.CannotLook(exception);
            }

            await Task.WhenAny(work, Task.Delay(idle.Next(found), TimeProvider.System, stoppingToken));
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    private void Start(ActivityCall call, CancellationToken stoppingToken)
    {
        var run = Task.Run(
            async () =>
            {
                if (await OutcomeAsync(call, stoppingToken) is { } outcome)
                    done.Writer.TryWrite((call, outcome));
            },
            CancellationToken.None);
        running[run] = true;
        _ = run.ContinueWith(
            ended =>
            {
                running.TryRemove(ended, out _);
                signal.Wake();
            },
            CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <returns>Null when the host's stop ended it: it will run again elsewhere.</returns>
    private async Task<OutcomeEvent?> OutcomeAsync(ActivityCall call, CancellationToken stoppingToken)
    {
        try
        {
            var function = functions.FindActivity(call.Name)
                ?? throw new InvalidOperationException($"The activity function '{call.Name}' doesn't exist, is disabled, or is not an activity function.");
            return new TaskCompletedEvent(call.Task, DurableJson.Write(await pipeline.RunAsync(function, call, services, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return null;
        }
#pragma warning disable CA1031 // Whatever an activity throws is the orchestrator's to handle
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new TaskFailedEvent(call.Task, TaskFailureDetails.FromException(exception));
        }
    }

    private async Task WriteAllAsync()
    {
        await foreach (var first in done.Reader.ReadAllAsync())
        {
            List<(ActivityCall Call, OutcomeEvent Outcome)> batch = [first];
            while (batch.Count < BatchSize && done.Reader.TryRead(out var next))
                batch.Add(next);
            try
            {
                await WriteAsync(batch);
            }
#pragma warning disable CA1031 // Without this loop no outcome would ever be stored: what it cannot store runs again
            catch (Exception exception)
#pragma warning restore CA1031
            {
                log.OutcomesNotStored(exception, batch.Count);
            }

            foreach (var (call, _) in batch)
                worker.Forget(call);
            signal.Set();
        }
    }

    // An outcome is worth waiting for the database: without it the activity would run again. One that cannot be stored at
    // all must not hold up the others.
    private async Task WriteAsync(List<(ActivityCall Call, OutcomeEvent Outcome)> batch)
    {
        for (var pause = TimeSpan.FromMilliseconds(50); ; pause = 2 * pause < options.LongestRetryPause ? 2 * pause : options.LongestRetryPause)
        {
            try
            {
                await queue.CompleteAsync(batch, clock.GetUtcNow(), CancellationToken.None);
                return;
            }
            catch (PostgresException refused) when (!refused.IsTransient && batch is [var only])
            {
                log.OutcomesNotStored(refused, 1);
                if (only.Outcome is TaskFailedEvent)
                    return;
                batch = [(only.Call, new TaskFailedEvent(only.Call.Task, TaskFailureDetails.FromException(refused)))];
            }
            catch (PostgresException refused) when (!refused.IsTransient)
            {
                foreach (var one in batch)
                    await WriteAsync([one]);
                return;
            }
            catch (NpgsqlException exception)
            {
                log.OutcomesNotStored(exception, batch.Count);
                await Task.Delay(pause, TimeProvider.System);
            }
        }
    }
}
