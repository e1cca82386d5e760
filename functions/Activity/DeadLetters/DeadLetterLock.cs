using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>Who keeps events of a business, and who erases somebody from them, go one after the other.</summary>
public static class DeadLetterLock
{
    private const string Name = "dead-letters";

    /// <summary>Held by whoever keeps events, until the transaction ends.</summary>
    internal static Task ShareAsync(Session session) => session.ShareLockAsync(Name);

    /// <summary>Waits for all of those, and lets none begin until the transaction ends.</summary>
    public static Task TakeAsync(Session session) => session.TakeLockAsync(Name);
}
