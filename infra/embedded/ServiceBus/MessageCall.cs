using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;

namespace NxLoy.Functions.Embedded.ServiceBus;

/// <summary>What starts a function: one message, or a batch for one that takes many.</summary>
internal sealed class MessageCall(IReadOnlyList<ServiceBusReceivedMessage> messages, bool isBatched, ServiceBusMessageActions actions)
{
    public IReadOnlyList<ServiceBusReceivedMessage> Messages => messages;

    public ServiceBusMessageActions Actions => actions;

    public BindingContext Binding => new MessageBindingValues(messages, isBatched);

    /// <summary>The trace that the sender of a single message wrote into it.</summary>
    public string? TraceParent => isBatched ? null
        : (messages[0].ApplicationProperties.GetValueOrDefault("Diagnostic-Id") ?? messages[0].ApplicationProperties.GetValueOrDefault("traceparent")) as string;

    /// <summary>How the trigger's parameter gets its value; null where the type cannot be bound.</summary>
    public static Func<MessageCall, object>? Binder(Type type, bool isBatched) =>
        (isBatched, type) switch
        {
            (false, _) when type == typeof(ServiceBusReceivedMessage) => call => call.Messages[0],
            (false, _) when type == typeof(string) => call => call.Messages[0].Body.ToString(),
            (true, _) when type == typeof(ServiceBusReceivedMessage[]) => call => call.Messages.ToArray(),
            (true, _) when type == typeof(string[]) => call => call.Messages.Select(message => message.Body.ToString()).ToArray(),
            _ => null,
        };
}
