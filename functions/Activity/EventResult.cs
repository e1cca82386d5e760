using System.Text.Json.Serialization;

namespace NxLoy.Functions.Activity;

/// <summary>What became of an event, spelled as the API and the inbox write it.</summary>
public enum EventStatus
{
    /// <summary>It has had its effect.</summary>
    accepted,

    /// <summary>It, or the transaction it is about, came before; nothing changed.</summary>
    duplicate,

    /// <summary>It cannot succeed as it is; code and detail say why.</summary>
    rejected,

    /// <summary>The business has no such customer; may succeed once it has.</summary>
    unlinked,

    /// <summary>What it is about has not arrived yet: to be sent again.</summary>
    retry,
}

/// <param name="Id">The event's id; null where it has none.</param>
/// <param name="Code">Stable; left out where there is nothing to say.</param>
/// <param name="Detail">For people: what is wrong with a malformed event. Never repeats a value.</param>
public sealed record EventResult(
    string? Id,
    EventStatus Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null)
{
    /// <summary>The customer it had its effect on, so that the inbox can forget it with the customer; null for what had none.</summary>
    internal Guid? Customer { get; init; }

    /// <summary>It is about somebody erased, whom nothing that is kept may name.</summary>
    internal bool IsOfErased { get; init; }

    /// <summary>Final: the same event sent again has no effect. Everything else is judged anew.</summary>
    internal bool IsSettled => Status is EventStatus.accepted or EventStatus.duplicate;
}

/// <param name="Results">One for each event, in the order they were sent.</param>
public sealed record EventResults(IReadOnlyList<EventResult> Results);
