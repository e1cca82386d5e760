using System.Text.Json;

namespace NxLoy.Functions.Activity;

/// <summary>
/// Parts a large batch of one business's events in two, which are recorded side by side: one transaction keeps one core of
/// the database busy. It is as if two batches had come to two instances. Events of one customer stay together and in order,
/// so that a refund that came with its sale is judged with it.
/// </summary>
public static class EventLanes
{
    /// <summary>Fewer events take hardly longer than the statements do that record them.</summary>
    public const int WorthParting = 100;

    private const int Lanes = 2;

    /// <param name="events">One business's, in the order in which they came.</param>
    /// <param name="eventOf">In the JSON format of CloudEvents.</param>
    /// <returns>All of them, in one or two lists.</returns>
    public static IReadOnlyList<IReadOnlyList<T>> Part<T>(IReadOnlyList<T> events, Func<T, JsonElement> eventOf)
    {
        if (events.Count < WorthParting)
        {
            return [events];
        }

        // Named in one way a customer has one name. And what is about no customer, as a business's close, is about all of them.
        var mentioned = events.Select(one => MentionedCustomer.In(new EventFields(eventOf(one), ""))).ToArray();
        var name = Array.Find<Func<MentionedCustomer, object?>>([one => one.Id, one => one.ExternalId, one => one.Email], named => Array.TrueForAll(mentioned, one => named(one) is not null));
        return name is null ? [events]
            : [.. events.Zip(mentioned).GroupBy(one => (uint)name(one.Second)!.GetHashCode() % Lanes).Select(lane => lane.Select(one => one.First).ToArray())];
    }
}
