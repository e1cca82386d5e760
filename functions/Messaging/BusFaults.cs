namespace NxLoy.Functions.Messaging;

/// <summary>Service Bus cannot be reached or takes nothing at the moment; what was sent may have arrived or not.</summary>
public sealed class BusUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Service Bus did not take this one message; others it may take.</summary>
/// <param name="condition">AMQP's name of the reason, e.g. <c>amqp:link:message-size-exceeded</c>.</param>
/// <param name="isFinal">Sending it again can never help.</param>
public sealed class MessageRefusedException(string condition, bool isFinal) : Exception($"The message was refused: {condition}.")
{
    public string Condition { get; } = condition;

    public bool IsFinal { get; } = isFinal;
}
