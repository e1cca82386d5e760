using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// One run of an orchestrator: hands out tasks for what its code asks for, and completes them by the history's events.
/// </summary>
internal sealed class OrchestrationContext(
    string instanceId, ExecutionStartedEvent started, string defaultVersion, OrchestratorScheduler scheduler, ILoggerFactory logging)
    : TaskOrchestrationContext
{
    // The namespace of the Durable Task Framework's deterministic ids.
    private static readonly Guid Namespace = new("9e952958-5e33-4daf-827f-2fa12937b875");

    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(365);

    private readonly SortedDictionary<int, ActionEvent> unrecorded = [];
    private readonly Dictionary<int, OpenTask> open = [];
    private readonly Dictionary<string, Stack<OpenTask>> waiting = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<EventRaisedEvent> early = [];
    private DateTime now;
    private bool replaying;
    private int calls;
    private int guids;
    private object? customStatus;

    public override TaskName Name => started.Name;
    public override string InstanceId => instanceId;
    public override string Version => started.Version;
    public override DateTime CurrentUtcDateTime => now;
    public override bool IsReplaying => replaying;
    public override ParentOrchestrationInstance? Parent => started.Parent is { } parent ? new(parent.Name, parent.InstanceId) : null;
    protected override ILoggerFactory LoggerFactory => logging;

    /// <summary>What the orchestrator asked for and the history does not have yet, in the order of the calls.</summary>
    public IEnumerable<ActionEvent> Unrecorded => unrecorded.Values;

    /// <summary>Events that nobody waited for.</summary>
    public IReadOnlyList<EventRaisedEvent> Early => early;

    public ContinueAsNewOptions? Next { get; private set; }

    public string? CustomStatus => DurableJson.Write(customStatus);

    /// <summary>Whether anything durable may still wake the orchestrator.</summary>
    public bool IsWaiting => open.Values.Any(task => !task.IsCompleted) || waiting.Values.Any(tasks => tasks.Any(task => !task.IsCompleted));

    public override T? GetInput<T>()
        where T : default => DurableJson.Read<T>(started.Input);

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        scheduler.Demand();
        if (input is TaskOptions && options is null)
            throw new ArgumentException("Task options were given as the activity's input: name the parameter options.", nameof(input));
        var (version, json) = (options?.Version is { } asked ? asked.Version : Version, DurableJson.Write(input));
        return await RetryAsync(options?.Retry, () => Ask<TResult>(id => new TaskScheduledEvent(id, name.Name, version, json), name.Name));
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        scheduler.Demand();
        var instance = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        var (version, json) = (options?.Version is { } asked ? asked.Version : defaultVersion, DurableJson.Write(input));
        return await RetryAsync(options?.Retry, () => Ask<TResult>(
            id => new SubOrchestrationInstanceCreatedEvent(id, orchestratorName.Name, version, instance, json), orchestratorName.Name));
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        scheduler.Demand();
        return Ask<object>(id => new TimerCreatedEvent(id, fireAt.ToUniversalTime()), "timer", cancellationToken);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        scheduler.Demand();
        var task = new OpenTask<T>(eventName, -1);
        if (early.FindIndex(e => string.Equals(e.Name, eventName, StringComparison.OrdinalIgnoreCase)) is >= 0 and var index)
        {
            task.Complete(early[index].Input);
            early.RemoveAt(index);
            return task.Task;
        }

        // Whoever asked last is served first, so that waiters given up by a WhenAny in a loop do not take the event.
        if (!waiting.TryGetValue(eventName, out var tasks))
            waiting[eventName] = tasks = new();
        tasks.Push(task);
        cancellationToken.Register(() => task.Cancel(cancellationToken));
        return task.Task;
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        scheduler.Demand();
        Record(new EventSentEvent(calls++, instanceId, eventName, DurableJson.Write(payload)));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        scheduler.Demand();
        this.customStatus = customStatus;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        scheduler.Demand();
        Next = options;
    }

    // RFC 9562, version 5 (a name's SHA-1), as in the official package.
    [SuppressMessage("Security", "CA5350", Justification = "An id, not a secret.")]
    public override Guid NewGuid()
    {
        scheduler.Demand();
        var name = string.Create(CultureInfo.InvariantCulture, $"{InstanceId}_{now:o}_{guids++}");
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. Namespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>A step begins. All that was asked for before it must be in the history.</summary>
    public void Begin(OrchestratorStartedEvent step, bool isReplayed)
    {
        if (unrecorded.Count > 0)
            throw new NonDeterministicOrchestrationException($"it now asks for {unrecorded.Values.First().Description}, which its history does not have");
        (now, replaying) = (step.Timestamp, isReplayed);
    }

    /// <summary>The history has this action; the code must have asked for it.</summary>
    public void Confirm(ActionEvent recorded)
    {
        if (!unrecorded.Remove(recorded.EventId, out var asked))
            throw new NonDeterministicOrchestrationException($"its history has {recorded.Description} as call {recorded.EventId}, which it no longer makes");
        if (asked.GetType() != recorded.GetType() || !string.Equals(asked.Description, recorded.Description, StringComparison.OrdinalIgnoreCase))
            throw new NonDeterministicOrchestrationException(
                $"its history has {recorded.Description} as call {recorded.EventId}, where it now asks for {asked.Description}");
    }

    /// <summary>What was asked for has come to something. A task that was given up has no use for it.</summary>
    public void Complete(OutcomeEvent outcome)
    {
        if (!open.Remove(outcome.TaskScheduledId, out var task))
            return;
        switch (outcome)
        {
            case TaskCompletedEvent { Result: var result }:
                task.Complete(result);
                break;
            case SubOrchestrationInstanceCompletedEvent { Result: var result }:
                task.Complete(result);
                break;
            case TaskFailedEvent { FailureDetails: var failure }:
                task.Fail(failure);
                break;
            case SubOrchestrationInstanceFailedEvent { FailureDetails: var failure }:
                task.Fail(failure);
                break;
            default:
                task.Complete(null);
                break;
        }
    }

    public void Raise(EventRaisedEvent raised)
    {
        if (waiting.TryGetValue(raised.Name, out var tasks))
        {
            while (tasks.TryPop(out var task))
            {
                if (task.IsCompleted)
                    continue;
                task.Complete(raised.Input);
                return;
            }
        }

        early.Add(raised);
    }

    private Task<T> Ask<T>(Func<int, ActionEvent> action, string name, CancellationToken cancellationToken = default)
    {
        var id = calls++;
        var task = new OpenTask<T>(name, id);
        open[id] = task;
        Record(action(id));
        cancellationToken.Register(() => task.Cancel(cancellationToken));
        return task.Task;
    }

    private void Record(ActionEvent action) => unrecorded[action.EventId] = action;

    private async Task<T> RetryAsync<T>(TaskRetryOptions? retry, Func<Task<T>> attempt)
    {
        var first = now;
        for (var attempts = 1; ; attempts++)
        {
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failed) when (retry is not null)
            {
                if (retry.Handler is { } handler
                    ? !await handler(new RetryContext(this, attempts, failed.FailureDetails, now - first, CancellationToken.None))
                    : !await PauseAsync(retry.Policy!, attempts, failed.FailureDetails, first))
                    throw;
            }
        }
    }

    private async Task<bool> PauseAsync(RetryPolicy policy, int attempts, TaskFailureDetails failure, DateTime first)
    {
        var outOfTime = policy.RetryTimeout != Timeout.InfiniteTimeSpan && now - first >= policy.RetryTimeout;
        if (attempts >= policy.MaxNumberOfAttempts || outOfTime || !policy.Handles(failure))
            return false;
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? LongestPause : policy.MaxRetryInterval;
        var pause = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempts - 1);
        await CreateTimer(TimeSpan.FromMilliseconds(Math.Min(pause, longest.TotalMilliseconds)), CancellationToken.None);
        return true;
    }
}
