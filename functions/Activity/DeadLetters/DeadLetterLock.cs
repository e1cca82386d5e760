using NxLoy.Functions.Database;

namespace NxLoy.Functions.Activity;

/// <summary>Who keeps events of a business, and who erases somebody from them, go one after the other.</summary>
public static class DeadLetterLock
{
    /// <summary>Held by whoever keeps events, until the transaction ends.</summary>
    internal static Task ShareAsync(Session session) =>
        session.ExecuteAsync("select 1 from pg_advisory_xact_lock_shared(hashtextextended(@key, 0))", new { key = KeyOf(session) });

    /// <summary>Waits for all of those, and lets none begin until the transaction ends.</summary>
    public static Task TakeAsync(Session session) =>
        session.ExecuteAsync("select 1 from pg_advisory_xact_lock(hashtextextended(@key, 0))", new { key = KeyOf(session) });

    private static string KeyOf(Session session) => $"dead-letters:{session.Business}";
}
