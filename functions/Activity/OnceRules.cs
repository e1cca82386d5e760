namespace NxLoy.Functions.Activity;

/// <summary>What is recorded once under its own id, whatever is told of it afterwards. Pure.</summary>
public static class OnceRules
{
    /// <summary>What one fact is judged by.</summary>
    public sealed record Told(string Id, Guid CustomerId, DateTimeOffset OccurredAt);

    /// <summary>What becomes of each, in the order given.</summary>
    /// <param name="told">In the order in which they arrived.</param>
    /// <param name="customers">Those that exist, deleted ones included.</param>
    /// <param name="recorded">The ids that are recorded.</param>
    /// <param name="now">The present instant.</param>
    public static IReadOnlyList<EventOutcome> Judge(
        IEnumerable<Told> told, IReadOnlySet<Guid> customers, IReadOnlySet<string> recorded, DateTimeOffset now)
    {
        var known = new HashSet<string>(recorded, StringComparer.Ordinal);
        return [.. told.Select(one =>
            EventRules.TimeFaultOf(one.OccurredAt, now) is { } fault ? new EventOutcome(EventStatus.rejected, fault)
            : known.Contains(one.Id) ? new EventOutcome(EventStatus.duplicate)
            : !customers.Contains(one.CustomerId) ? new EventOutcome(EventStatus.unlinked)
            : known.Add(one.Id) ? new EventOutcome(EventStatus.accepted)
            : throw new InvalidOperationException("An id that is not known can be added."))];
    }
}
