using Amqp;
using Amqp.Framing;
using Amqp.Listener;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>A link on which a client sends. A message is accepted when it is committed.</summary>
internal sealed class IncomingLink(MessageBroker broker, string address, IReadOnlyCollection<string> queues) : LinkEndpoint
{
    /// <summary>How many messages of one link may wait for their commit.</summary>
    public const int Credit = 200;

    // As on Service Bus.
    private const int LongestId = 128;

    public override void OnMessage(MessageContext messageContext)
    {
        var message = (IncomingMessage)messageContext.Message;
        if (message.Size > BrokerOptions.LargestMessage)
        {
            messageContext.Link.Close(TimeSpan.Zero, new Error(ErrorCode.MessageSizeExceeded)
            {
                Description = $"The message has {message.Size} bytes; {BrokerOptions.LargestMessage} is the most.",
            });
            return;
        }

        try
        {
            var messages = message.Unpack();
            if (messages.Any(one => one.Id?.Length > LongestId))
                throw new AmqpException(ErrorCode.NotAllowed, $"A message id has {LongestId} characters at most.");
            broker.Enqueue(new Arrival(address, queues, messages), messageContext);
        }
        catch (AmqpException refused)
        {
            messageContext.Complete(refused.Error);
        }
    }

    public override void OnFlow(FlowContext flowContext)
    {
    }

    public override void OnDisposition(DispositionContext dispositionContext)
    {
    }
}
