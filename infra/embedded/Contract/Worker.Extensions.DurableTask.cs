// Mirrors Microsoft.Azure.Functions.Worker.Extensions.DurableTask 1.2.0 and later.
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>On a parameter of type TaskOrchestrationContext: the function is an orchestrator.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The orchestrator's name, if it is not the function's.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>On a parameter of any type that the activity's input can be read as.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The activity's name, if it is not the function's.</summary>
    public string? Activity { get; set; }
}

/// <summary>On a parameter of type DurableTaskClient.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>This runtime has one hub; a name changes nothing.</summary>
    public string? TaskHub { get; set; }

    /// <inheritdoc cref="TaskHub"/>
    public string? ConnectionName { get; set; }
}
