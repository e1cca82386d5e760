using Npgsql;

namespace NxLoy.Functions.Activity;

/// <summary>What it says of events that recording them failed.</summary>
internal enum IntakeFailure
{
    /// <summary>One of them is at fault, or this code is.</summary>
    OfTheEvents,

    /// <summary>The database is there and refuses the statements, whatever is in them: its schema or a grant is not what this build needs.</summary>
    Refused,

    /// <summary>Somebody holds what is to be written.</summary>
    Busy,

    /// <summary>No answer came: the database is busy, or away.</summary>
    Silent,

    /// <summary>The database is away; it will be back.</summary>
    Away,
}

internal static class IntakeFailures
{
    /// <summary>
    /// Only what PostgreSQL says of values (classes 22, 23, 54 and what our own functions raise) is about the events;
    /// anything else it says would be over some time, and good events must not become dead letters until then.
    /// </summary>
    public static IntakeFailure Of(Exception failure) => failure switch
    {
        PostgresException { SqlState: ['2', '2' or '3', ..] or ['5', '4', ..] or ['P', '0', ..] } => IntakeFailure.OfTheEvents,
        PostgresException
        {
            SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.SerializationFailure
        } => IntakeFailure.Busy,
        PostgresException
        {
            SqlState: ['0', '8', ..] or ['2', '8', ..] or ['3', 'D', ..] or ['4', '0', ..] or ['5', '3' or '7' or '8', ..] or PostgresErrorCodes.ReadOnlySqlTransaction
        } => IntakeFailure.Away,
        PostgresException => IntakeFailure.Refused,
        TimeoutException or NpgsqlException { InnerException: TimeoutException } => IntakeFailure.Silent,
        NpgsqlException or IOException or OperationCanceledException or ObjectDisposedException => IntakeFailure.Away,
        _ => IntakeFailure.OfTheEvents,
    };

    /// <summary>The same where it makes no difference whether a silent database is there.</summary>
    public static IntakeFailure WithoutAsking(Exception failure) => Of(failure) is var known && known == IntakeFailure.Silent ? IntakeFailure.Away : known;
}
