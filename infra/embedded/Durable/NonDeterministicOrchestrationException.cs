namespace NxLoy.Functions.Embedded.Durable;

/// <summary>The orchestrator's code does not do what its history says it did.</summary>
internal sealed class NonDeterministicOrchestrationException(string difference) : Exception(
    $"Non-deterministic orchestrator: {difference}. An orchestrator must do the same in every replay; "
    + "after a change of its code, instances that were started before need a version of it that still does (docs: Durable Functions).");
