namespace NxLoy.Functions.Activity;

/// <summary>What became of what an event told.</summary>
/// <param name="Code">Stable; null where there is nothing to say.</param>
public sealed record EventOutcome(EventStatus Status, string? Code = null);
