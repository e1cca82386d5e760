namespace NxLoy.Functions.Activity;

/// <summary>The events that came and have had no effect so far.</summary>
/// <param name="Unlinked">How many are of customers that the business does not have.</param>
/// <param name="Retry">How many wait for another event, such as a refund for its sale.</param>
/// <param name="Rejected">How many cannot succeed as they are.</param>
/// <param name="Groups">The same by what they are and why, the most first; at most 100.</param>
public sealed record UnsettledEvents(long Unlinked, long Retry, long Rejected, IReadOnlyList<UnsettledGroup> Groups);

/// <summary>Events of one type that had no effect for one reason.</summary>
/// <param name="Status">unlinked, retry or rejected.</param>
/// <param name="Code">Why; null where the status says it.</param>
/// <param name="Type">Null for types that nothing here listens to.</param>
/// <param name="Count">How many.</param>
/// <param name="OldestReceivedAt">When the one that has waited longest came first.</param>
/// <param name="LastReceivedAt">When one of them came last.</param>
public sealed record UnsettledGroup(
    EventStatus Status, string? Code, string? Type, long Count, DateTimeOffset OldestReceivedAt, DateTimeOffset LastReceivedAt);
