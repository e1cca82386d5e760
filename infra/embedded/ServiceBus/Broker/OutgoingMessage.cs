using Amqp;
using Amqp.Handler;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>What the AMQP library is given to send; the bytes are encoded apart from it.</summary>
internal sealed class OutgoingMessage(LockedMessage locked) : Message
{
    public LockedMessage Locked => locked;
}

/// <summary>Makes the lock token the delivery's tag, as Service Bus does: where the library offers to.</summary>
internal sealed class LockTokenAsTag : IHandler
{
    public bool CanHandle(EventId id) => id == EventId.SendDelivery;

    public void Handle(Event protocolEvent)
    {
        if (protocolEvent is { Id: EventId.SendDelivery, Context: IDelivery { Message: OutgoingMessage message } delivery })
            delivery.Tag = message.Locked.Token.ToByteArray();
    }
}
