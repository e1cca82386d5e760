using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace NxLoy.Functions.Embedded.ServiceBus.Broker;

/// <summary>The AMQP container: who may come in, and what a link that somebody attaches is for.</summary>
internal sealed class BrokerContainer : ContainerHost, IContainer, ILinkProcessor
{
    private static readonly Symbol SessionFilter = "com.microsoft:session-filter";

    private readonly Task<MessageBroker> serving;
    private readonly AccessTokens access;

    public BrokerContainer(Address address, Task<MessageBroker> serving, string key) : base(address)
    {
        this.serving = serving;
        access = new AccessTokens(key);
        var listener = Listeners[0];
        // Service Bus's own clients come in anonymously and show a token at $cbs; others log in with the key.
        listener.SASL.EnableMechanism("PLAIN", Login.WithKey(BrokerOptions.KeyName, key));
        listener.SASL.EnableMechanism("ANONYMOUS", Login.WithoutKey());
        listener.HandlerFactory = _ => new LockTokenAsTag();
        RegisterLinkProcessor(this);
    }

    Message IContainer.CreateMessage(ByteBuffer buffer) => IncomingMessage.Read(buffer);

    public void Process(AttachContext attachContext)
    {
        if (serving.IsCompletedSuccessfully)
            Attach(attachContext, serving.Result);
        else
            serving.ContinueWith(
                started =>
                {
                    if (started.IsCompletedSuccessfully)
                        Attach(attachContext, started.Result);
                    else
                        attachContext.Complete(new Error(ErrorCode.ConnectionForced) { Description = "The broker has stopped." });
                },
                CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Attach(AttachContext context, MessageBroker broker)
    {
        var (link, attach) = (context.Link, context.Attach);
        var connection = (ListenerConnection)link.Session.Connection;
        var address = (link.Role ? (attach.Target as Target)?.Address : (attach.Source as Source)?.Address) ?? "";
        if (RequestNode.At(address, broker, access) is { } node)
            node.Attach(context);
        else if (!AccessTokens.IsShown(connection))
            context.Complete(new Error(ErrorCode.UnauthorizedAccess) { Description = "Log in with the key, or show a token at $cbs first." });
        else if (link.Role && broker.Entities.TargetsOf(address) is { } queues)
        {
            attach.MaxMessageSize = BrokerOptions.LargestMessage;
            context.Complete(new IncomingLink(broker, Entities.Normal(address), queues), IncomingLink.Credit);
        }
        else if ((attach.Source as Source)?.FilterSet?.ContainsKey(SessionFilter) is true)
            context.Complete(new Error(ErrorCode.NotImplemented) { Description = "There are no sessions here." });
        else if (!link.Role && broker.Entities.QueueAt(address) is { } queue)
            AttachReceiver(context, broker, broker.DispatcherOf(queue));
        else
            // By these words clients tell an entity that is not there from a network that is not.
            context.Complete(new Error(ErrorCode.NotFound) { Description = $"The messaging entity '{address}' could not be found." });
    }

    private static void AttachReceiver(AttachContext context, MessageBroker broker, QueueDispatcher queue)
    {
        var outgoing = new OutgoingLink(broker, queue, context.Link);
        queue.Add(outgoing);
        // Before the library settles in its own way what is left.
        context.Link.AddClosedCallback((_, _) => outgoing.Close());
        context.Complete(outgoing, 0);
    }
}
