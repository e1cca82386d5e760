using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask;

namespace NxLoy.Functions.Embedded.Durable;

/// <summary>
/// What happened to an instance, in order; names and meaning are the Durable Task Framework's. An orchestrator is brought
/// back to where it was by running it again on these. Stored histories outlive builds: never rename, never remove.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "EventType")]
[JsonDerivedType(typeof(OrchestratorStartedEvent), "OrchestratorStarted")]
[JsonDerivedType(typeof(ExecutionStartedEvent), "ExecutionStarted")]
[JsonDerivedType(typeof(TaskScheduledEvent), "TaskScheduled")]
[JsonDerivedType(typeof(TaskCompletedEvent), "TaskCompleted")]
[JsonDerivedType(typeof(TaskFailedEvent), "TaskFailed")]
[JsonDerivedType(typeof(SubOrchestrationInstanceCreatedEvent), "SubOrchestrationInstanceCreated")]
[JsonDerivedType(typeof(SubOrchestrationInstanceCompletedEvent), "SubOrchestrationInstanceCompleted")]
[JsonDerivedType(typeof(SubOrchestrationInstanceFailedEvent), "SubOrchestrationInstanceFailed")]
[JsonDerivedType(typeof(TimerCreatedEvent), "TimerCreated")]
[JsonDerivedType(typeof(TimerFiredEvent), "TimerFired")]
[JsonDerivedType(typeof(EventSentEvent), "EventSent")]
[JsonDerivedType(typeof(EventRaisedEvent), "EventRaised")]
[JsonDerivedType(typeof(ExecutionSuspendedEvent), "ExecutionSuspended")]
[JsonDerivedType(typeof(ExecutionResumedEvent), "ExecutionResumed")]
[JsonDerivedType(typeof(ExecutionTerminatedEvent), "ExecutionTerminated")]
[JsonDerivedType(typeof(ExecutionFailedEvent), "ExecutionFailed")]
[JsonDerivedType(typeof(ExecutionCompletedEvent), "ExecutionCompleted")]
internal abstract record HistoryEvent
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static HistoryEvent FromJson(string json) =>
        JsonSerializer.Deserialize<HistoryEvent>(json, Json) ?? throw new JsonException("A history event is null.");

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>A step begins; business time stands still at its timestamp until the next one.</summary>
internal sealed record OrchestratorStartedEvent(DateTime Timestamp) : HistoryEvent;

internal sealed record ExecutionStartedEvent(string Name, string Version, string? Input, ParentInstance? Parent) : HistoryEvent;

/// <summary>Who waits for a sub-orchestration, in which execution, and by which of its calls.</summary>
internal sealed record ParentInstance(string Name, string InstanceId, Guid Execution, int TaskScheduledId);

/// <summary>What an orchestrator asked for. The number counts its calls, so the same call has the same one in every replay.</summary>
internal abstract record ActionEvent(int EventId) : HistoryEvent
{
    /// <summary>What was asked for, without its input: by this a replay is held against the history.</summary>
    [JsonIgnore]
    public abstract string Description { get; }
}

internal sealed record TaskScheduledEvent(int EventId, string Name, string Version, string? Input) : ActionEvent(EventId)
{
    public override string Description => $"activity {Name}";
}

internal sealed record SubOrchestrationInstanceCreatedEvent(int EventId, string Name, string Version, string InstanceId, string? Input) : ActionEvent(EventId)
{
    public override string Description => $"sub-orchestration {Name}";
}

internal sealed record TimerCreatedEvent(int EventId, DateTime FireAt) : ActionEvent(EventId)
{
    public override string Description => "timer";
}

internal sealed record EventSentEvent(int EventId, string InstanceId, string Name, string? Input) : ActionEvent(EventId)
{
    public override string Description => $"event {Name}";
}

/// <summary>What came of something asked for.</summary>
internal abstract record OutcomeEvent(int TaskScheduledId) : HistoryEvent;

internal sealed record TaskCompletedEvent(int TaskScheduledId, string? Result) : OutcomeEvent(TaskScheduledId);

internal sealed record TaskFailedEvent(int TaskScheduledId, TaskFailureDetails FailureDetails) : OutcomeEvent(TaskScheduledId);

internal sealed record SubOrchestrationInstanceCompletedEvent(int TaskScheduledId, string? Result) : OutcomeEvent(TaskScheduledId);

internal sealed record SubOrchestrationInstanceFailedEvent(int TaskScheduledId, TaskFailureDetails FailureDetails) : OutcomeEvent(TaskScheduledId);

internal sealed record TimerFiredEvent(int TaskScheduledId, DateTime FireAt) : OutcomeEvent(TaskScheduledId);

internal sealed record EventRaisedEvent(string Name, string? Input) : HistoryEvent;

/// <summary>What steers an instance from outside; an instance that is suspended takes nothing else.</summary>
internal abstract record ControlEvent(string? Reason) : HistoryEvent;

internal sealed record ExecutionSuspendedEvent(string? Reason) : ControlEvent(Reason);

internal sealed record ExecutionResumedEvent(string? Reason) : ControlEvent(Reason);

/// <summary>The reason is the instance's output, so it is JSON.</summary>
internal sealed record ExecutionTerminatedEvent(string? Reason, bool Recurse) : ControlEvent(Reason);

/// <summary>The runtime gives the instance up.</summary>
internal sealed record ExecutionFailedEvent(string? Reason) : ControlEvent(Reason);

internal sealed record ExecutionCompletedEvent(string Status, string? Result, TaskFailureDetails? FailureDetails) : HistoryEvent;
