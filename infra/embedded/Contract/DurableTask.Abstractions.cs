// Mirrors Microsoft.DurableTask.Abstractions 1.25.0. Entities, HTTP calls, tags of instances and class-based tasks are left out.
// One file, long as it is: each file here mirrors one official assembly, so that the two can be compared.
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.DurableTask.Abstractions;
using Microsoft.Extensions.Logging;
using NxLoy.Functions.Embedded.Durable;

namespace Microsoft.DurableTask.Abstractions
{
    public static class TaskOrchestrationVersioningUtils
    {
        /// <summary>As version numbers where both are such (2.0 before 10.0), else as text. No version comes before any.</summary>
        public static int CompareVersions(string sourceVersion, string otherVersion) =>
            (string.IsNullOrWhiteSpace(sourceVersion), string.IsNullOrWhiteSpace(otherVersion)) switch
            {
                (true, true) => 0,
                (true, false) => -1,
                (false, true) => 1,
                _ => System.Version.TryParse(sourceVersion, out var source) && System.Version.TryParse(otherVersion, out var other)
                    ? source.CompareTo(other)
                    : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase),
            };
    }
}

namespace Microsoft.DurableTask.Converters
{
    /// <summary>System.Text.Json; null stays null.</summary>
    public class JsonDataConverter(JsonSerializerOptions? options = null) : DataConverter
    {
        private static readonly JsonSerializerOptions Standard = new() { IncludeFields = true };
        private readonly JsonSerializerOptions options = options ?? Standard;

        public static JsonDataConverter Default { get; } = new();

        public override string? Serialize(object? value) => value is null ? null : JsonSerializer.Serialize(value, options);

        public override object? Deserialize(string? data, Type targetType) =>
            data is null ? null : JsonSerializer.Deserialize(data, targetType, options);
    }
}

namespace Microsoft.DurableTask
{
    /// <summary>How inputs and outputs become text and values again.</summary>
    public abstract class DataConverter
    {
        public abstract string? Serialize(object? value);

        public abstract object? Deserialize(string? data, Type targetType);

        public virtual T? Deserialize<T>(string? data) => (T?)(Deserialize(data, typeof(T)) ?? default(T));
    }

    /// <summary>The name of an orchestrator or activity; letter case does not count.</summary>
    public readonly struct TaskName(string name) : IEquatable<TaskName>
    {
        public string Name { get; } = name;

        public static implicit operator string(TaskName value) => value.Name;

        public static implicit operator TaskName(string value) => string.IsNullOrEmpty(value) ? default : new(value);

        public static bool operator ==(TaskName a, TaskName b) => a.Equals(b);

        public static bool operator !=(TaskName a, TaskName b) => !a.Equals(b);

        public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

        public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

        public override int GetHashCode() => Name is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(Name);

        public override string ToString() => Name;
    }

    /// <summary>The version an instance was started with; the default is none.</summary>
    public readonly struct TaskVersion : IEquatable<TaskVersion>
    {
        public static readonly TaskVersion Unversioned;

        private readonly string? version;

        /// <exception cref="ArgumentException">Nothing but white space.</exception>
        public TaskVersion(string? version)
        {
            if (!string.IsNullOrEmpty(version) && string.IsNullOrWhiteSpace(version))
                throw new ArgumentException("A version must not be white space. Use null, an empty text or TaskVersion.Unversioned for none.", nameof(version));
            this.version = version;
        }

        public string Version => version ?? "";

        public static implicit operator string(TaskVersion value) => value.Version;

        public static implicit operator TaskVersion(string? value) => new(value);

        public static bool operator ==(TaskVersion a, TaskVersion b) => a.Equals(b);

        public static bool operator !=(TaskVersion a, TaskVersion b) => !a.Equals(b);

        public bool Equals(TaskVersion other) => string.Equals(Version, other.Version, StringComparison.OrdinalIgnoreCase);

        public override bool Equals(object? obj) => obj is TaskVersion other && Equals(other);

        public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Version);
    }

    /// <summary>Who started a sub-orchestration.</summary>
    public record ParentOrchestrationInstance(TaskName Name, string InstanceId);

    /// <summary>Why a task failed, as far as it can be told across processes.</summary>
    /// <param name="ErrorType">Full name of the exception's type.</param>
    /// <param name="ErrorMessage">Its message.</param>
    /// <param name="StackTrace">Where it was thrown.</param>
    /// <param name="InnerFailure">The failure of its inner exception.</param>
    /// <param name="Properties">Always null here.</param>
    public record TaskFailureDetails(
        string ErrorType, string ErrorMessage, string? StackTrace, TaskFailureDetails? InnerFailure, IDictionary<string, object?>? Properties)
    {
        public static TaskFailureDetails FromException(Exception exception)
        {
            ArgumentNullException.ThrowIfNull(exception);
            return FromException(exception, depth: 0);
        }

        // Deeper than anybody looks, and shallow enough for JSON.
        private static TaskFailureDetails FromException(Exception exception, int depth) => new(
            exception.GetType().ToString(), exception.Message, exception.StackTrace,
            exception.InnerException is { } inner && depth < 20 ? FromException(inner, depth + 1) : null, null);

        public bool IsCausedBy<T>()
            where T : Exception => IsCausedBy(typeof(T));

        /// <summary>False, too, where no loaded assembly knows the exception's type.</summary>
        /// <exception cref="ArgumentException">The type is no exception's.</exception>
        public bool IsCausedBy(Type targetBaseExceptionType)
        {
            ArgumentNullException.ThrowIfNull(targetBaseExceptionType);
            if (!typeof(Exception).IsAssignableFrom(targetBaseExceptionType))
                throw new ArgumentException($"{targetBaseExceptionType} is not the type of an exception.", nameof(targetBaseExceptionType));
            return AppDomain.CurrentDomain.GetAssemblies().Any(assembly => targetBaseExceptionType.IsAssignableFrom(assembly.GetType(ErrorType)));
        }

        public override string ToString() => $"{ErrorType}: {ErrorMessage}";
    }

    /// <summary>An activity or sub-orchestration that the orchestrator waited for has failed.</summary>
    public sealed class TaskFailedException : Exception
    {
        public TaskFailedException(string taskName, int taskId, Exception innerException)
            : this(taskName, taskId, TaskFailureDetails.FromException(innerException), innerException)
        {
        }

        public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
            : this(taskName, taskId, failureDetails, null)
        {
        }

        private TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails, Exception? innerException)
            : base($"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {failureDetails?.ErrorMessage}", innerException)
        {
            TaskName = taskName;
            TaskId = taskId;
            FailureDetails = failureDetails!;
        }

        public string TaskName { get; }

        /// <summary>Which call of the orchestrator it was; they are numbered from 0.</summary>
        public int TaskId { get; }

        public TaskFailureDetails FailureDetails { get; }

        [Obsolete("Use the FailureDetails property and its IsCausedBy<T>() method")]
        public bool IsCausedByException<T>()
            where T : Exception => FailureDetails.ErrorType == typeof(T).FullName;
    }

    public delegate bool RetryHandler(RetryContext retryContext);

    public delegate Task<bool> AsyncRetryHandler(RetryContext retryContext);

    /// <summary>What a retry handler decides by.</summary>
    /// <param name="OrchestrationContext">For a durable timer before the next attempt.</param>
    /// <param name="LastAttemptNumber">From 1.</param>
    /// <param name="LastFailure">Why it failed.</param>
    /// <param name="TotalRetryTime">Since the first attempt was made, in business time.</param>
    /// <param name="CancellationToken">Never cancelled.</param>
    public record RetryContext(
        TaskOrchestrationContext OrchestrationContext, int LastAttemptNumber, TaskFailureDetails LastFailure, TimeSpan TotalRetryTime,
        CancellationToken CancellationToken);

    /// <summary>Attempts with growing pauses between them; pauses are durable timers.</summary>
    public class RetryPolicy
    {
        /// <param name="maxNumberOfAttempts">The first one included, at least 1.</param>
        /// <param name="firstRetryInterval">Above zero.</param>
        /// <param name="backoffCoefficient">What each pause is multiplied by for the next, at least 1.</param>
        /// <param name="maxRetryInterval">An hour unless given.</param>
        /// <param name="retryTimeout">No attempt starts later than this after the first; unless given there is no such limit.</param>
        /// <exception cref="ArgumentOutOfRangeException">A value outside its range.</exception>
        public RetryPolicy(
            int maxNumberOfAttempts, TimeSpan firstRetryInterval, double backoffCoefficient = 1, TimeSpan? maxRetryInterval = null, TimeSpan? retryTimeout = null)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxNumberOfAttempts);
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(firstRetryInterval, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfLessThan(backoffCoefficient, 1);
            if (maxRetryInterval is { } longest && longest != Timeout.InfiniteTimeSpan)
                ArgumentOutOfRangeException.ThrowIfLessThan(longest, firstRetryInterval, nameof(maxRetryInterval));
            if (retryTimeout is { } limit && limit != Timeout.InfiniteTimeSpan)
                ArgumentOutOfRangeException.ThrowIfLessThan(limit, firstRetryInterval, nameof(retryTimeout));
            (MaxNumberOfAttempts, FirstRetryInterval, BackoffCoefficient) = (maxNumberOfAttempts, firstRetryInterval, backoffCoefficient);
            (MaxRetryInterval, RetryTimeout) = (maxRetryInterval ?? TimeSpan.FromHours(1), retryTimeout ?? Timeout.InfiniteTimeSpan);
        }

        public int MaxNumberOfAttempts { get; }
        public TimeSpan FirstRetryInterval { get; }
        public double BackoffCoefficient { get; }
        public TimeSpan MaxRetryInterval { get; }
        public TimeSpan RetryTimeout { get; }

        /// <summary>False ends the attempts. Called in the orchestrator, so it must be deterministic.</summary>
        public Func<TaskFailureDetails, bool> HandleFailure
        {
            init => Handles = value;
        }

        internal Func<TaskFailureDetails, bool> Handles { get; private init; } = _ => true;
    }

    public sealed class TaskRetryOptions
    {
        public TaskRetryOptions(RetryPolicy policy) => Policy = policy ?? throw new ArgumentNullException(nameof(policy));

        public TaskRetryOptions(AsyncRetryHandler handler) => Handler = handler ?? throw new ArgumentNullException(nameof(handler));

        public RetryPolicy? Policy { get; }
        public AsyncRetryHandler? Handler { get; }

        public static implicit operator TaskRetryOptions(RetryPolicy policy) => FromRetryPolicy(policy);

        public static implicit operator TaskRetryOptions(AsyncRetryHandler handler) => FromRetryHandler(handler);

        public static implicit operator TaskRetryOptions(RetryHandler handler) => FromRetryHandler(handler);

        public static TaskRetryOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

        public static TaskRetryOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

        public static TaskRetryOptions FromRetryHandler(RetryHandler handler)
        {
            ArgumentNullException.ThrowIfNull(handler);
            return new(context => Task.FromResult(handler(context)));
        }
    }

    public record TaskOptions
    {
        public TaskOptions(TaskRetryOptions? retry)
            : this(retry, null)
        {
        }

        public TaskOptions(TaskRetryOptions? retry = null, IDictionary<string, string>? tags = null) => (Retry, Tags) = (retry, tags);

        public TaskOptions(TaskOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            (Retry, Tags, Version) = (options.Retry, options.Tags, options.Version);
        }

        public TaskRetryOptions? Retry { get; init; }

        /// <summary>For whoever looks into a backend; functions never see them, and here nobody does.</summary>
        public IDictionary<string, string>? Tags { get; init; }

        public TaskVersion? Version { get; init; }

        public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

        public static TaskOptions FromRetryHandler(AsyncRetryHandler handler) => new(handler);

        public static TaskOptions FromRetryHandler(RetryHandler handler) => new(handler);

        public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
    }

    public record SubOrchestrationOptions : TaskOptions
    {
        public SubOrchestrationOptions(TaskRetryOptions? retry = null, string? instanceId = null)
            : base(retry) => InstanceId = instanceId;

        public SubOrchestrationOptions(TaskOptions options, string? instanceId = null)
            : base(options) => InstanceId = instanceId ?? (options as SubOrchestrationOptions)?.InstanceId;

        public SubOrchestrationOptions(SubOrchestrationOptions options)
            : base(options) => InstanceId = options.InstanceId;

        public string? InstanceId { get; init; }

        public new TaskVersion? Version
        {
            get => base.Version;
            init => base.Version = value;
        }
    }

    public record StartOrchestrationOptions
    {
        public StartOrchestrationOptions(string? InstanceId = null, DateTimeOffset? StartAt = null) =>
            (this.InstanceId, this.StartAt) = (InstanceId, StartAt);

        public StartOrchestrationOptions(StartOrchestrationOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            (InstanceId, StartAt, Version, DedupeStatuses) = (options.InstanceId, options.StartAt, options.Version, options.DedupeStatuses);
        }

        /// <summary>A random one unless given.</summary>
        public string? InstanceId { get; init; }

        /// <summary>Not before; business time.</summary>
        public DateTimeOffset? StartAt { get; init; }

        public TaskVersion? Version { get; init; }

        /// <summary>An instance of that id in one of these states stands in the way; otherwise any that has not ended.</summary>
        public IReadOnlyList<string>? DedupeStatuses { get; init; }
    }

    public class ContinueAsNewOptions
    {
        public object? NewInput { get; set; }
        public string? NewVersion { get; set; }
        public bool PreserveUnprocessedEvents { get; set; } = true;
    }

    public sealed class Page<T>(IReadOnlyList<T> values, string? continuationToken = null)
        where T : notnull
    {
        public IReadOnlyList<T> Values { get; } = values ?? throw new ArgumentNullException(nameof(values));

        /// <summary>Null on the last page.</summary>
        public string? ContinuationToken { get; } = continuationToken;
    }

    public abstract class AsyncPageable<T> : IAsyncEnumerable<T>
        where T : notnull
    {
        public abstract IAsyncEnumerable<Page<T>> AsPages(string? continuationToken = null, int? pageSizeHint = null);

        public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            await foreach (var page in AsPages().WithCancellation(cancellationToken))
            {
                foreach (var value in page.Values)
                    yield return value;
            }
        }
    }

    /// <summary>
    /// What an orchestrator does with the world. Its code is run again from the start whenever something it waited for
    /// has happened, so it must do the same each time: time, ids and all that is read come from here.
    /// </summary>
    public abstract class TaskOrchestrationContext
    {
        private ILoggerFactory? replaySafe;

        public abstract TaskName Name { get; }
        public abstract string InstanceId { get; }

        /// <summary>Null unless another orchestration started this one.</summary>
        public abstract ParentOrchestrationInstance? Parent { get; }

        /// <summary>Business time of the step that is being run; the same in every replay.</summary>
        public abstract DateTime CurrentUtcDateTime { get; }

        /// <summary>True while code runs that has run before.</summary>
        public abstract bool IsReplaying { get; }

        public virtual string Version => "";

        public virtual IReadOnlyDictionary<string, object?> Properties { get; } = ImmutableDictionary<string, object?>.Empty;

        public virtual ILoggerFactory ReplaySafeLoggerFactory => replaySafe ??= new ReplaySafeLoggerFactory(this, LoggerFactory);

        protected abstract ILoggerFactory LoggerFactory { get; }

        public abstract T? GetInput<T>();

        public virtual Task CallActivityAsync(TaskName name, object? input = null, TaskOptions? options = null) =>
            CallActivityAsync<object>(name, input, options);

        public virtual Task CallActivityAsync(TaskName name, TaskOptions options) => CallActivityAsync(name, null, options);

        public virtual Task<TResult> CallActivityAsync<TResult>(TaskName name, TaskOptions options) => CallActivityAsync<TResult>(name, null, options);

        /// <exception cref="TaskFailedException">The activity threw, in every attempt that the options allow.</exception>
        public abstract Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null);

        public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, TaskOptions options) =>
            CallSubOrchestratorAsync(orchestratorName, null, options);

        public virtual Task CallSubOrchestratorAsync(TaskName orchestratorName, object? input = null, TaskOptions? options = null) =>
            CallSubOrchestratorAsync<object>(orchestratorName, input, options);

        public virtual Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, TaskOptions options) =>
            CallSubOrchestratorAsync<TResult>(orchestratorName, null, options);

        /// <exception cref="TaskFailedException">It failed, in every attempt that the options allow.</exception>
        public abstract Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null);

        public virtual Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) => CreateTimer(CurrentUtcDateTime.Add(delay), cancellationToken);

        /// <summary>Sleeps in the database, for weeks if need be.</summary>
        public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

        /// <summary>Events that came early wait; letter case of their names does not count.</summary>
        public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

        /// <exception cref="TaskCanceledException">The time is over.</exception>
        public Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout) => WaitForExternalEvent<T>(eventName, timeout, CancellationToken.None);

        /// <exception cref="TaskCanceledException">The time is over or the token was cancelled.</exception>
        public async Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
        {
            using var timer = new CancellationTokenSource();
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var due = CreateTimer(timeout, timer.Token);
            var raised = WaitForExternalEvent<T>(eventName, waiting.Token);
            var first = await Task.WhenAny(due, raised);
#pragma warning disable CA1849 // CancelAsync would go on in another thread, where an orchestrator must never be
            (first == raised ? timer : waiting).Cancel();
#pragma warning restore CA1849
            return await raised;
        }

        public abstract void SendEvent(string instanceId, string eventName, object payload);

        public abstract void SetCustomStatus(object? customStatus);

        /// <summary>When the orchestrator returns, it starts again with this input and no history.</summary>
        public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

        public virtual void ContinueAsNew(ContinueAsNewOptions options)
        {
            ArgumentNullException.ThrowIfNull(options);
            ContinueAsNew(options.NewInput, options.PreserveUnprocessedEvents);
        }

        /// <summary>The same ones in every replay.</summary>
        public abstract Guid NewGuid();

        public virtual ILogger CreateReplaySafeLogger(string categoryName) => ReplaySafeLoggerFactory.CreateLogger(categoryName);

        public virtual ILogger CreateReplaySafeLogger(Type type) => ReplaySafeLoggerFactory.CreateLogger(type);

        public virtual ILogger CreateReplaySafeLogger<T>() => ReplaySafeLoggerFactory.CreateLogger<T>();

        public virtual int CompareVersionTo(string version) => TaskOrchestrationVersioningUtils.CompareVersions(Version, version);
    }
}
