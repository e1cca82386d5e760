namespace NxLoy.Functions.Messaging;

/// <summary>What AMQP's and Service Bus's error conditions mean to a sender.</summary>
internal static class BusConditions
{
    public const string TooLarge = "amqp:link:message-size-exceeded";

    // The message itself is at fault: it is refused however often it is sent.
    private static readonly HashSet<string> Final =
    [
        TooLarge, "amqp:decode-error", "amqp:invalid-field", "amqp:not-allowed", "amqp:not-implemented",
        "com.microsoft:argument-error", "com.microsoft:argument-out-of-range",
    ];

    // Any other message would be refused as well: the topic, the key or the broker is at fault.
    private static readonly HashSet<string> OfTheBroker =
    [
        "amqp:not-found", "amqp:unauthorized-access", "amqp:resource-limit-exceeded", "amqp:resource-locked", "amqp:resource-deleted",
        "com.microsoft:server-busy", "com.microsoft:timeout", "com.microsoft:entity-disabled", "com.microsoft:auth-failed",
    ];

    public static Exception Of(string condition) =>
        OfTheBroker.Contains(condition) ? new BusUnavailableException($"Service Bus takes nothing: {condition}.")
            : new MessageRefusedException(condition, Final.Contains(condition));
}
